using System.Security.Cryptography.X509Certificates;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Rigs;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

/// <summary>A node's part in links: its listener, and limits.</summary>
internal sealed class NodeLinks : IDisposable
{
    private NodeLinks(LinkListener listener, LinkOptions options)
    {
        Listener = listener;
        Options = options;
    }

    /// <summary>Takes the links of other nodes.</summary>
    public LinkListener Listener { get; }

    /// <summary>Limits, for both ends.</summary>
    public LinkOptions Options { get; }

    /// <summary>Starts listening.</summary>
    /// <param name="rig">The rig.</param>
    /// <param name="node">The node's part of it.</param>
    /// <param name="certificate">The node's certificate with its key; null only in a rig without certificates.</param>
    /// <param name="refusal">Why a peer's certificate is not believed; null when it is.</param>
    /// <param name="loggers">Where refusals are told.</param>
    /// <exception cref="ArgumentException">The rig wants certificates and there is none: links are not to be plain then.</exception>
    /// <exception cref="IOException">An address or a path cannot be had.</exception>
    public static NodeLinks Open(
        Rig rig, NodeRig node, X509Certificate2? certificate, Func<X509Certificate2?, string?>? refusal, ILoggerFactory loggers)
    {
        if (rig.Cluster.Tls is not null && (certificate is null || refusal is null))
        {
            throw new ArgumentException("the rig wants certificates, and links were given none", nameof(certificate));
        }

        var options = new LinkOptions
        {
            TcpAddress = node.Address.Host, UnixPath = Path.Combine(rig.RuntimeDirectory, $"{node.Name}.links.sock"), Certificate = certificate,
            Refusal = refusal,
        };
        return new NodeLinks(new LinkListener(node.Machine, options, TimeProvider.System, loggers.CreateLogger("CameraFabric.Links")), options);
    }

    /// <inheritdoc/>
    public void Dispose() => Listener.Dispose();
}

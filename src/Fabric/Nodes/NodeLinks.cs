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
    /// <param name="loggers">Where refusals are told.</param>
    /// <exception cref="IOException">An address, a path or a certificate cannot be had.</exception>
    public static NodeLinks Open(Rig rig, NodeRig node, ILoggerFactory loggers)
    {
        var options = OptionsOf(rig, node);
        return new NodeLinks(new LinkListener(node.Machine, options, TimeProvider.System, loggers.CreateLogger("CameraFabric.Links")), options);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Listener.Dispose();
        Options.Certificate?.Dispose();
        Options.Authority?.Dispose();
    }

    private static LinkOptions OptionsOf(Rig rig, NodeRig node)
    {
        var options = new LinkOptions { TcpAddress = node.Address.Host, UnixPath = Path.Combine(rig.RuntimeDirectory, $"{node.Name}.links.sock") };
        if (rig.Cluster.Tls is not { } tls) return options;
        var password = tls.PasswordFile.Length == 0 ? null : File.ReadLines(tls.PasswordFile).FirstOrDefault();
        return options with
        {
            Certificate = X509CertificateLoader.LoadPkcs12FromFile(tls.Certificate, password),
            Authority = X509CertificateLoader.LoadCertificateFromFile(tls.Authority),
        };
    }
}

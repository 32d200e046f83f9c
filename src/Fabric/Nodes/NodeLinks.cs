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
    /// <param name="tls">How the node shows who it is; null: it does not.</param>
    /// <param name="loggers">Where refusals are told.</param>
    /// <exception cref="IOException">An address or a path cannot be had.</exception>
    public static NodeLinks Open(Rig rig, NodeRig node, NodeTls? tls, ILoggerFactory loggers)
    {
        var options = OptionsOf(rig, node, tls);
        return new NodeLinks(new LinkListener(node.Machine, options, TimeProvider.System, loggers.CreateLogger("CameraFabric.Links")), options);
    }

    /// <inheritdoc/>
    public void Dispose() => Listener.Dispose();

    private static LinkOptions OptionsOf(Rig rig, NodeRig node, NodeTls? tls) => new()
    {
        TcpAddress = (node.Links ?? node.Address).Host,
        TcpPort = node.Links?.Port ?? 0,
        TcpHost = node.AdvertisedLinks?.Host ?? "",
        TcpAdvertisedPort = node.AdvertisedLinks?.Port ?? 0,
        UnixPath = Path.Combine(rig.RuntimeDirectory, $"{node.Name}.links.sock"),
        Certificate = tls?.Certificate,
        Refusal = tls is null ? null : tls.Refusal,
    };
}

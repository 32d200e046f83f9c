using System.Collections.Immutable;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Hosting.Nodes;

/// <summary>
/// All nodes of a rig that is on this machine alone: a process for each, started, watched, started again and stopped by this one, which is no
/// node itself.
/// </summary>
internal sealed class NodeGroup
{
    private readonly string _rig;
    private readonly ImmutableArray<ChildNode> _nodes;

    private NodeGroup(string rig, ImmutableArray<ChildNode> nodes) => (_rig, _nodes) = (rig, nodes);

    /// <summary>Whether all nodes that a rig names are here: nobody beyond this machine could reach any.</summary>
    /// <param name="rig">The rig.</param>
    public static bool IsHere(Rig rig) => !rig.Nodes.IsDefaultOrEmpty && rig.Nodes.All(static node => node is { Address.IsLoopback: true, Links: null or { IsLoopback: true } });

    /// <summary>Starts them all.</summary>
    /// <param name="rig">The rig.</param>
    /// <param name="file">The rig's file, which they read as well.</param>
    /// <param name="level">The least level that they log.</param>
    /// <param name="loggers">Where starts and ends are logged.</param>
    /// <exception cref="IOException">One of them runs already.</exception>
    public static NodeGroup Start(Rig rig, string file, LogLevel level, ILoggerFactory loggers)
    {
        foreach (var node in rig.Nodes) ControlServer.RefuseSecond(Path.Combine(rig.RuntimeDirectoryOf(node.Name), RuntimeFolder.ControlSocket));
        var logger = loggers.CreateLogger("CameraFabric.Children");
        // A node stops its guests' processes, then its cameras', then itself.
        var limits = ChildLimits.Of(rig.Options);
        limits = limits with { Stop = 3 * limits.Stop };
        return new NodeGroup(rig.Name, [.. rig.Nodes.Select(node => ChildNode.Start(node.Name, () => Command(node), limits, logger, static (_, _) => { }))]);

        // Its errors are ours: one log for all, in which each line says from which node it is.
        System.Diagnostics.ProcessStartInfo Command(NodeRig node) =>
            ThisProgram.With(["run", file, "--node", node.Name, "--kept", "--log", level.ToString(), "--json"], keepErrors: false);
    }

    /// <summary>Stops them all at once, each in its own order.</summary>
    /// <returns>Their balances, and which of them gave none, because it did not run or had to be killed.</returns>
    public async Task<RigStatus> StopAsync()
    {
        var (nodes, silent) = await NodeKeeper.StopAsync(_nodes);
        return new RigStatus(_rig, nodes, silent);
    }
}

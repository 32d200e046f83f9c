using System.Collections.Immutable;
using System.Text.Json;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Hosting.Nodes;

/// <summary>The children of one node: a process for each of its cameras and guests that the rig isolates.</summary>
internal sealed class NodeKeeper
{
    private readonly ImmutableArray<ChildNode> _guests;
    private readonly ImmutableArray<ChildNode> _cameras;

    private NodeKeeper(ImmutableArray<ChildNode> guests, ImmutableArray<ChildNode> cameras) => (_guests, _cameras) = (guests, cameras);

    /// <summary>Starts them all.</summary>
    /// <param name="rig">The whole rig.</param>
    /// <param name="file">The rig's file, which they read as well.</param>
    /// <param name="fabric">Their parent, running.</param>
    /// <param name="node">Their parent's name.</param>
    /// <param name="level">The least level that they log.</param>
    /// <param name="loggers">Where starts and ends are logged.</param>
    public static NodeKeeper Start(Rig rig, string file, FabricNode fabric, string node, LogLevel level, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("CameraFabric.Children");
        var limits = ChildLimits.Of(rig.Options);
        var children = rig.AllNodes()
            .Where(child => child.Parent == node)
            .ToLookup(
                static child => child.Roles.HasFlag(NodeRoles.Guest),
                child => ChildNode.Start(child.Name, () => Command(child), limits, logger, fabric.Down));
        return new NodeKeeper([.. children[true]], [.. children[false]]);

        // Its errors are ours: one log for both, in which each line says from which node it is.
        System.Diagnostics.ProcessStartInfo Command(NodeRig child) => ThisProgram.With(
            ["run", file, "--node", child.Name, "--parent", fabric.Address, "--log", level.ToString(), "--json"], keepErrors: false);
    }

    /// <summary>Stops them all: guests first, which need cameras.</summary>
    /// <returns>Their balances, and which of them gave none: they did not run, or had to be killed.</returns>
    public async Task<(ImmutableArray<FabricStatus> Nodes, ImmutableArray<string> Silent)> StopAsync()
    {
        var guests = await StopAsync(_guests);
        var cameras = await StopAsync(_cameras);
        return ([.. guests.Nodes, .. cameras.Nodes], [.. guests.Silent, .. cameras.Silent]);
    }

    /// <summary>Stops processes at once, each in its own order.</summary>
    /// <param name="children">The processes.</param>
    /// <returns>Balances of theirs and of their own children, and which of all these gave none.</returns>
    internal static async Task<(ImmutableArray<FabricStatus> Nodes, ImmutableArray<string> Silent)> StopAsync(ImmutableArray<ChildNode> children)
    {
        var outputs = await Task.WhenAll(children.Select(static child => child.StopAsync()));
        foreach (var child in children) await child.DisposeAsync();
        var ends = children.Zip(outputs, static (child, output) => Parse(output) ?? new RigStatus("", [], [child.Name])).ToArray();
        return ([.. ends.SelectMany(static end => end.Nodes)], [.. ends.SelectMany(static end => end.Silent)]);
    }

    /// <summary>What a process ended with; null when it was killed.</summary>
    private static RigStatus? Parse(string output)
    {
        try
        {
            return JsonSerializer.Deserialize(output, ControlJson.Default.RigStatus) is { Nodes.IsDefaultOrEmpty: false, Silent.IsDefault: false } status ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

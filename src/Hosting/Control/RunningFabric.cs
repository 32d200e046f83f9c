using System.Collections.Immutable;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Hosting.Control;

/// <summary>A node together with the socket on which other commands find it. Stopping accounts for every frame.</summary>
public sealed class RunningFabric : IAsyncDisposable
{
    private readonly ControlServer _control;
    private FabricStatus? _final;

    private RunningFabric(FabricNode node, ControlServer control) => (Node, _control) = (node, control);

    /// <summary>The node.</summary>
    public FabricNode Node { get; }

    /// <summary>Starts a rig.</summary>
    /// <param name="rig">The rig.</param>
    /// <param name="loggers">Where the fabric logs.</param>
    /// <param name="node">Which of its nodes; null when the rig is one node.</param>
    /// <param name="seeds">Addresses of nodes to join, instead of those that the rig names.</param>
    /// <exception cref="IOException">The runtime folder cannot be made, or another fabric runs in it.</exception>
    public static async Task<RunningFabric> StartAsync(Rig rig, ILoggerFactory loggers, string? node = null, ImmutableArray<string> seeds = default)
    {
        ArgumentNullException.ThrowIfNull(rig);
        // Whoever can open a socket in it can see the camera: the folder is the user's alone.
        RuntimeFolder.Make(rig.RuntimeDirectory);
        var folder = node is null ? rig.RuntimeDirectory : rig.RuntimeDirectoryOf(node);
        if (node is not null) RuntimeFolder.Make(folder);
        ControlServer.RefuseSecond(Path.Combine(folder, RuntimeFolder.ControlSocket));
        var fabric = FabricNode.Start(rig, node, loggers, clock: null, seeds);
        try
        {
            return new RunningFabric(fabric, ControlServer.Start(fabric, folder));
        }
        catch
        {
            await fabric.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops everything and returns the exact balance.</summary>
    public async Task<FabricStatus> StopAsync()
    {
        if (_final is not null) return _final;
        await _control.DisposeAsync();
        return _final = await Node.StopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Node.DisposeAsync();
    }
}

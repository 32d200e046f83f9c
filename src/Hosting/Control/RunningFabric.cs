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
    /// <exception cref="IOException">The runtime folder cannot be made, or another fabric runs in it.</exception>
    public static async Task<RunningFabric> StartAsync(Rig rig, ILoggerFactory loggers)
    {
        // Whoever can open a socket in it can see the camera: the folder is the user's alone.
        RuntimeFolder.Make(rig.RuntimeDirectory);
        ControlServer.RefuseSecond(Path.Combine(rig.RuntimeDirectory, RuntimeFolder.ControlSocket));
        var node = FabricNode.Start(rig, loggers);
        try
        {
            return new RunningFabric(node, ControlServer.Start(node, rig.RuntimeDirectory));
        }
        catch
        {
            await node.DisposeAsync();
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

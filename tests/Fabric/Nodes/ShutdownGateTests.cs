using Akka.Actor;
using Akka.Configuration;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Placement;

namespace CameraFabric.Fabric.Tests.Nodes;

/// <summary>What Akka does to a caller whom a stranger answers, without the stranger.</summary>
public sealed class ShutdownGateTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly RecordingLoggers _loggers = new();
    private readonly ActorSystem _system;

    public ShutdownGateTests()
    {
        // The actors of one process, with what a node of a cluster asks of their end.
        var config = ClusterConfig.Of(PlacementRig.Of(["a"]), PlacementRig.Node("a")).WithFallback(FabricNode.ReferenceConfig);
        _system = ActorSystem.Create("gate", ConfigurationFactory.ParseString("akka.actor.provider = local").WithFallback(config));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task Actors_end_only_when_the_node_stops()
    {
        var gate = ShutdownGate.Close(_system, _loggers.CreateLogger("Node"));

        var shutdown = CoordinatedShutdown.Get(_system).Run(new Stranger());

        Assert.Contains("Akka wants to end this node (", Assert.Single(_loggers.Lines), StringComparison.Ordinal);
        Assert.False(shutdown.IsCompleted);
        Assert.False(_system.WhenTerminated.IsCompleted);

        gate.Open();
        await shutdown.WaitAsync(Patience);
        await _system.WhenTerminated.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_node_that_leaves_is_not_held_up()
    {
        ShutdownGate.Close(_system, _loggers.CreateLogger("Node"));

        await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClusterLeavingReason.Instance).WaitAsync(Patience);

        Assert.Empty(_loggers.Lines);
    }

    private sealed class Stranger : CoordinatedShutdown.Reason
    {
        public override int ExitCode => 79;
    }
}

using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.Messages;

public sealed class UnreadActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly RecordingLoggers _loggers = new();

    public UnreadActorTests() : base(FabricNode.ReferenceConfig.WithFallback("akka.loggers = []"))
    {
    }

    [Fact]
    public void What_cannot_be_read_is_said_once_for_each_peer_and_kind_with_who_and_what_and_what_would_be_right()
    {
        var actor = Sys.ActorOf(UnreadActor.Props(_loggers.CreateLogger("messages")), "unread");
        foreach (var manifest in (string[])["Teleport", "Teleport", "Beam"])
        {
            actor.Tell(new UnhandledMessage(new UnreadMessage(manifest, "it makes no sense"), TestActor, actor));
        }

        actor.Tell(new UnhandledMessage("something else", TestActor, actor));
        AwaitCondition(() => _loggers.Lines.Count(static line => line.Contains("Beam", StringComparison.Ordinal)) == 1, Patience, TimeSpan.FromMilliseconds(10));

        var line = Assert.Single(_loggers.Lines, static line => line.Contains("Teleport", StringComparison.Ordinal));
        Assert.Contains($"the node at {TestActor.Path.Address} sends a Teleport to /user/unread", line, StringComparison.Ordinal);
        Assert.Contains("it makes no sense", line, StringComparison.Ordinal);
        Assert.Equal(2, _loggers.Lines.Count);
    }

    [Fact]
    public void It_hears_of_what_other_actors_leave_unhandled()
    {
        var actor = Sys.ActorOf(UnreadActor.Props(_loggers.CreateLogger("messages")), "unread");
        actor.Tell(new Identify(1), TestActor);
        ExpectMsg<ActorIdentity>(Patience);

        Sys.ActorOf(Akka.Actor.Props.Create(() => new Ignorant())).Tell(new UnreadMessage("Teleport", "why"), TestActor);

        AwaitCondition(() => _loggers.Lines.Count == 1, Patience, TimeSpan.FromMilliseconds(10));
    }

    private sealed class Ignorant : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}

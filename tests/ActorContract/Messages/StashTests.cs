using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Messages;

public sealed class StashTests : ContractTest
{
    [Fact]
    public void Stashed_messages_come_back_in_their_order_and_before_those_that_wait()
    {
        var actor = ActorOf(Props.Create(() => new Door(TestActor)));
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell("open");
        actor.Tell(3);
        Assert.Equal([1, 2, 3], ReceiveN(3).Cast<int>());
    }

    [Fact]
    public void Stashed_messages_keep_their_sender()
    {
        var actor = ActorOf(Props.Create(() => new Door(TestActor)));
        var probe = CreateTestProbe();
        probe.Send(actor, 1);
        actor.Tell("open");
        ExpectMsgFrom<int>(probe.Ref);
    }

    [Fact]
    public void Stashed_messages_survive_a_restart()
    {
        var actor = ActorOf(Props.Create(() => new Door(TestActor)));
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell("fail");
        actor.Tell("open");
        Assert.Equal([1, 2], ReceiveN(2).Cast<int>());
    }

    [Fact]
    public void Stashed_messages_of_a_stopped_actor_become_dead_letters()
    {
        var dead = CreateTestProbe();
        Sys.EventStream.Subscribe(dead.Ref, typeof(Akka.Event.DeadLetter));
        var actor = ActorOf(Props.Create(() => new Door(TestActor)));
        actor.Tell(1);
        actor.Tell(PoisonPill.Instance);
        dead.FishForMessage<Akka.Event.DeadLetter>(d => d.Message is 1);
    }

    private sealed class Door : ReceiveActor, IWithUnboundedStash
    {
        public Door(IActorRef behind)
        {
            Receive<int>(_ => Stash.Stash());
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("broken"));
            Receive<string>(s => s == "open", _ =>
            {
                Become(() => Receive<int>(i => behind.Forward(i)));
                Stash.UnstashAll();
            });
        }

        public IStash Stash { get; set; } = null!;
    }
}

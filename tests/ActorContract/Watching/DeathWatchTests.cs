using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Watching;

public sealed class DeathWatchTests : ContractTest
{
    [Fact]
    public void Terminated_comes_exactly_once_however_often_one_watches()
    {
        var watcher = ActorOf(Props.Create(() => new Watcher(TestActor)));
        var target = ActorOf(Props.Create(() => new Mortal()));
        watcher.Tell(target);
        watcher.Tell(target);
        watcher.Tell("are you there");
        ExpectMsg("yes");
        Sys.Stop(target);
        ExpectMsg<Ended>(e => e.Actor.Equals(target));
        watcher.Tell("are you there");
        ExpectMsg("yes");
        NothingElseCame();
    }

    [Fact]
    public void Terminated_comes_for_an_actor_that_is_dead_already()
    {
        var target = ActorOf(Props.Create(() => new Mortal()));
        Watch(target);
        Sys.Stop(target);
        ExpectTerminated(target);
        var late = CreateTestProbe();
        late.Watch(target);
        late.ExpectTerminated(target);
    }

    [Fact]
    public void Terminated_comes_after_everything_that_the_dead_actor_has_told()
    {
        var target = ActorOf(Props.Create(() => new Mortal()));
        Watch(target);
        target.Tell("last words");
        for (var i = 0; i < 100; i++) ExpectMsg(i);
        ExpectTerminated(target);
    }

    [Fact]
    public void Nothing_comes_after_unwatch()
    {
        var watcher = ActorOf(Props.Create(() => new Watcher(TestActor)));
        var target = ActorOf(Props.Create(() => new Mortal()));
        watcher.Tell(target);
        watcher.Tell(new Forget(target));
        watcher.Tell("are you there");
        ExpectMsg("yes");
        Watch(target);
        Sys.Stop(target);
        ExpectTerminated(target);
        watcher.Tell("are you there");
        ExpectMsg("yes");
        NothingElseCame();
    }

    [Fact]
    public void Restart_is_not_death()
    {
        var target = ActorOf(Props.Create(() => new Mortal()));
        Watch(target);
        target.Tell("fail");
        target.Tell("are you there");
        ExpectMsg("yes");
        NothingElseCame();
    }

    [Fact]
    public void A_watcher_that_does_not_handle_Terminated_dies_by_its_death_pact()
    {
        var target = ActorOf(Props.Create(() => new Mortal()));
        var watcher = ActorOf(Props.Create(() => new Careless(target)));
        watcher.Tell("are you there");
        ExpectMsg("yes");
        Watch(watcher);
        EventFilter.Exception<DeathPactException>().ExpectOne(() => Sys.Stop(target));
        ExpectTerminated(watcher);
    }

    [Fact]
    public void A_message_of_ones_own_can_stand_for_Terminated()
    {
        var target = ActorOf(Props.Create(() => new Mortal()));
        var watcher = ActorOf(Props.Create(() => new Watcher(TestActor)));
        watcher.Tell(new WatchAs(target, "camera gone"));
        Sys.Stop(target);
        ExpectMsg("camera gone");
    }

    public sealed record Ended(IActorRef Actor);

    public sealed record Forget(IActorRef Actor);

    public sealed record WatchAs(IActorRef Actor, string Message);

    private sealed class Mortal : ReceiveActor
    {
        public Mortal()
        {
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("broken"));
            Receive<string>(s => s == "are you there", _ => Sender.Tell("yes"));
            Receive<string>(s => s == "last words", _ =>
            {
                for (var i = 0; i < 100; i++) Sender.Tell(i);
                Context.Stop(Self);
            });
        }
    }

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(IActorRef report)
        {
            Receive<IActorRef>(a => Context.Watch(a));
            Receive<Forget>(f => Context.Unwatch(f.Actor));
            Receive<WatchAs>(w => Context.WatchWith(w.Actor, w.Message));
            Receive<Terminated>(t => report.Tell(new Ended(t.ActorRef)));
            Receive<string>(s => s == "camera gone", report.Tell);
            Receive<string>(_ => Sender.Tell("yes"));
        }
    }

    private sealed class Careless : ReceiveActor
    {
        public Careless(IActorRef target)
        {
            Context.Watch(target);
            Receive<string>(_ => Sender.Tell("yes"));
        }
    }
}

using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Supervision;

public sealed class GroupTests : ContractTest
{
    private static readonly Exception Broken = new InvalidOperationException("broken");

    [Fact]
    public void One_for_one_leaves_the_siblings_alone()
    {
        var (left, right) = Pair(new OneForOneStrategy(_ => Directive.Stop));
        Watch(left);
        Watch(right);
        right.Tell("count");
        left.Tell(new Fail(Broken));
        ExpectTerminated(left);
        right.Tell("read");
        ExpectMsg(1);
    }

    [Fact]
    public void All_for_one_stops_every_sibling()
    {
        var (left, right) = Pair(new AllForOneStrategy(_ => Directive.Stop));
        Watch(left);
        Watch(right);
        left.Tell(new Fail(Broken));
        var ended = ReceiveN(2).Cast<Terminated>().Select(t => t.ActorRef.Path.Name).Order();
        Assert.Equal(["left", "right"], ended);
    }

    [Fact]
    public void All_for_one_restarts_every_sibling()
    {
        var report = CreateTestProbe();
        var (left, right) = Pair(new AllForOneStrategy(_ => Directive.Restart), report.Ref);
        right.Tell("count");
        right.Tell("read");
        ExpectMsg(1);
        left.Tell(new Fail(Broken));
        // Two constructions and two starts came before; what follows is the restart of both.
        report.FishForMessage(m => m is "PostRestart broken");
        report.FishForMessage(m => m is "PostRestart broken");
        right.Tell("read");
        ExpectMsg(0);
    }

    [Fact]
    public void All_for_one_does_not_reach_beyond_its_own_parent()
    {
        var (left, _) = Pair(new AllForOneStrategy(_ => Directive.Stop));
        var (_, stranger) = Pair(new AllForOneStrategy(_ => Directive.Stop));
        stranger.Tell("count");
        Watch(left);
        left.Tell(new Fail(Broken));
        ExpectTerminated(left);
        stranger.Tell("read");
        ExpectMsg(1);
    }

    [Fact]
    public void Escalation_lets_the_parent_fail_with_the_same_exception()
    {
        Exception? seen = null;
        var strategy = new OneForOneStrategy(e =>
        {
            seen = e;
            return Directive.Stop;
        });
        var grandparent = ActorOf(Props.Create(() => new Parent(strategy, null)));
        grandparent.Tell(Props.Create(() => new Parent(new OneForOneStrategy(_ => Directive.Escalate), null)));
        var parent = ExpectMsg<IActorRef>();
        parent.Tell(new StartChild("child", Sys.DeadLetters));
        var child = ExpectMsg<IActorRef>();
        Watch(parent);
        child.Tell(new Fail(Broken));
        ExpectTerminated(parent);
        Assert.Same(Broken, seen);
    }

    [Fact]
    public void Stopping_a_parent_stops_its_children_first()
    {
        var report = CreateTestProbe();
        var parent = ActorOf(Props.Create(() => new Parent(SupervisorStrategy.DefaultStrategy, report.Ref)));
        parent.Tell(new StartChild("child", report.Ref));
        ExpectMsg<IActorRef>();
        Assert.Equal(["constructed", "PreStart"], report.ReceiveN(2));
        Sys.Stop(parent);
        report.ExpectMsg("PostStop");
        report.ExpectMsg("parent stopped");
    }

    [Fact]
    public void A_name_is_free_again_once_its_actor_has_terminated()
    {
        var parent = ActorOf(Props.Create(() => new Parent(SupervisorStrategy.StoppingStrategy, null)));
        parent.Tell(new StartChild("sensor", Sys.DeadLetters));
        var first = ExpectMsg<IActorRef>();
        Watch(first);
        first.Tell("stop");
        ExpectTerminated(first);
        // The parent has its own notice of the death, which may come after ours.
        IActorRef? second = null;
        AwaitAssert(() =>
        {
            parent.Tell(new StartChild("sensor", Sys.DeadLetters));
            second = ExpectMsg<IActorRef>(TimeSpan.FromSeconds(1));
        }, Bound);
        Assert.Equal(first.Path, second!.Path);
        Assert.NotEqual(first, second);
    }

    private (IActorRef Left, IActorRef Right) Pair(SupervisorStrategy strategy, IActorRef? report = null)
    {
        var parent = ActorOf(Props.Create(() => new Parent(strategy, null)));
        parent.Tell(new StartChild("left", report ?? Sys.DeadLetters));
        var left = ExpectMsg<IActorRef>();
        parent.Tell(new StartChild("right", report ?? Sys.DeadLetters));
        return (left, ExpectMsg<IActorRef>());
    }
}

using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Supervision;

public sealed class RestartTests : ContractTest
{
    private static readonly Exception Broken = new InvalidOperationException("broken");

    [Fact]
    public void Restart_keeps_the_reference_and_the_waiting_messages_but_loses_the_state()
    {
        var child = Child(Decide(Directive.Restart));
        child.Tell("count");
        child.Tell("read");
        child.Tell(new Fail(Broken));
        child.Tell("read");
        child.Tell("count");
        child.Tell("read");
        ExpectMsg(1);
        ExpectMsg(0);
        ExpectMsg(1);
    }

    [Fact]
    public void The_message_that_failed_is_not_delivered_again()
    {
        var report = CreateTestProbe();
        var child = Child(Decide(Directive.Restart), report.Ref);
        child.Tell(new Fail(Broken));
        child.Tell("read");
        ExpectMsg(0);
        Assert.Equal(
            ["constructed", "PreStart", "PreRestart broken Fail", "PostStop", "constructed", "PostRestart broken", "PreStart"],
            report.ReceiveN(7));
        Assert.False(report.HasMessages);
    }

    [Fact]
    public void Restart_tells_the_old_instance_why_and_on_which_message_then_makes_a_new_one()
    {
        var report = CreateTestProbe();
        var child = Child(Decide(Directive.Restart), report.Ref);
        Assert.Equal(["constructed", "PreStart"], report.ReceiveN(2));
        child.Tell(new Fail(Broken));
        report.ExpectMsg("PreRestart broken Fail");
        report.ExpectMsg("PostStop");
        report.ExpectMsg("constructed");
        report.ExpectMsg("PostRestart broken");
        report.ExpectMsg("PreStart");
    }

    [Fact]
    public void Stop_calls_PostStop_once()
    {
        var report = CreateTestProbe();
        var child = Child(Decide(Directive.Restart), report.Ref);
        Watch(child);
        child.Tell("stop");
        ExpectTerminated(child);
        Assert.Equal(["constructed", "PreStart", "PostStop"], report.ReceiveN(3));
        Assert.False(report.HasMessages);
    }

    [Fact]
    public void Resume_keeps_the_state()
    {
        var child = Child(Decide(Directive.Resume));
        child.Tell("count");
        child.Tell(new Fail(Broken));
        child.Tell("read");
        ExpectMsg(1);
    }

    [Fact]
    public void The_default_strategy_restarts_on_any_exception()
    {
        var child = Child(SupervisorStrategy.DefaultStrategy);
        child.Tell("count");
        child.Tell(new Fail(Broken));
        child.Tell("read");
        ExpectMsg(0);
    }

    [Fact]
    public void The_default_strategy_stops_an_actor_whose_constructor_throws()
    {
        var parent = ActorOf(Props.Create(() => new Parent(SupervisorStrategy.DefaultStrategy, null)));
        parent.Tell(Props.Create(() => new Unbuildable()));
        var child = ExpectMsg<IActorRef>();
        Watch(child);
        ExpectTerminated(child);
    }

    [Fact]
    public void One_restart_too_many_within_the_time_range_stops_the_actor()
    {
        var child = Child(new OneForOneStrategy(2, TimeSpan.FromHours(1), _ => Directive.Restart));
        Watch(child);
        child.Tell(new Fail(Broken));
        child.Tell(new Fail(Broken));
        child.Tell("read");
        ExpectMsg(0);
        child.Tell(new Fail(Broken));
        ExpectTerminated(child);
    }

    [Fact]
    public void Restart_of_a_parent_stops_its_children()
    {
        var grandparent = ActorOf(Props.Create(() => new Parent(Decide(Directive.Restart), null)));
        grandparent.Tell(Props.Create(() => new Parent(Decide(Directive.Escalate), TestActor)));
        var parent = ExpectMsg<IActorRef>();
        parent.Tell(new StartChild("child", Sys.DeadLetters));
        var child = ExpectMsg<IActorRef>();
        Watch(child);
        child.Tell(new Fail(Broken));
        // The parent and the test hear of the death at the same time: which of the two says so first is open.
        var heard = ReceiveN(3);
        Assert.Single(heard, m => m is Terminated t && t.ActorRef.Equals(child));
        Assert.Equal(["parent stopped", "parent restarted: broken"], heard.OfType<string>());
    }

    [Fact]
    public void A_failure_is_logged_with_its_exception()
    {
        var child = Child(Decide(Directive.Restart));
        EventFilter.Exception<InvalidOperationException>("broken").ExpectOne(() => child.Tell(new Fail(Broken)));
    }

    private static OneForOneStrategy Decide(Directive directive) => new(_ => directive);

    private IActorRef Child(SupervisorStrategy strategy, IActorRef? report = null)
    {
        var parent = ActorOf(Props.Create(() => new Parent(strategy, null)));
        parent.Tell(new StartChild("child", report ?? Sys.DeadLetters));
        return ExpectMsg<IActorRef>();
    }

    private sealed class Unbuildable : ReceiveActor
    {
        public Unbuildable() => throw Broken;
    }
}

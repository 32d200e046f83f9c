using Akka.Actor;
using Akka.Event;
using Akka.Pattern;
using CameraFabric.ActorContract.Tests.Time;

namespace CameraFabric.ActorContract.Tests.Supervision;

public sealed class BackoffTests : VirtualTimeTest
{
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Max = TimeSpan.FromMilliseconds(350);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly Exception Broken = new InvalidOperationException("broken");

    [Fact]
    public void The_delay_doubles_with_each_failure_up_to_its_maximum()
    {
        var supervisor = Start(OnFailure().WithManualReset());
        foreach (var delay in (double[])[100, 200, 350, 350])
        {
            LetFail(supervisor);
            IsBackAfter(supervisor, TimeSpan.FromMilliseconds(delay));
        }
    }

    [Fact]
    public void The_count_of_restarts_can_be_asked_for()
    {
        var supervisor = Start(OnFailure().WithManualReset());
        LetFail(supervisor);
        IsBackAfter(supervisor, Min);
        supervisor.Tell(BackoffSupervisor.GetRestartCount.Instance);
        Assert.Equal(1, ExpectMsg<BackoffSupervisor.RestartCount>().Count);
    }

    [Fact]
    public void A_child_that_runs_well_for_long_enough_starts_over_with_the_shortest_delay()
    {
        var supervisor = Start(OnFailure().WithAutoReset(TimeSpan.FromSeconds(5)));
        LetFail(supervisor);
        IsBackAfter(supervisor, Min);
        Scheduler.Advance(TimeSpan.FromSeconds(5));
        LetFail(supervisor);
        IsBackAfter(supervisor, Min);
    }

    [Fact]
    public void A_child_may_say_itself_that_it_runs_well()
    {
        var supervisor = Start(OnFailure().WithManualReset());
        LetFail(supervisor);
        IsBackAfter(supervisor, Min);
        supervisor.Tell(BackoffSupervisor.Reset.Instance);
        LetFail(supervisor);
        IsBackAfter(supervisor, Min);
    }

    [Fact]
    public void The_supervisor_passes_messages_to_its_child()
    {
        var supervisor = Start(OnFailure());
        supervisor.Tell("count");
        supervisor.Tell("read");
        ExpectMsg(1);
    }

    [Fact]
    public void The_restarted_child_has_a_new_reference_and_a_new_state_behind_the_same_supervisor()
    {
        var supervisor = Start(OnFailure());
        var before = CurrentChild(supervisor);
        supervisor.Tell("count");
        LetFail(supervisor);
        IsBackAfter(supervisor, Min);
        Assert.NotEqual(before, CurrentChild(supervisor));
        supervisor.Tell("read");
        ExpectMsg(0);
    }

    [Fact]
    public void A_message_while_the_child_is_away_is_answered_when_that_is_asked_for()
    {
        var supervisor = Start(OnFailure().WithReplyWhileStopped("away"));
        LetFail(supervisor);
        supervisor.Tell("read");
        ExpectMsg("away");
    }

    [Fact]
    public void A_message_while_the_child_is_away_becomes_a_dead_letter()
    {
        var dead = CreateTestProbe();
        Sys.EventStream.Subscribe(dead.Ref, typeof(DeadLetter));
        var supervisor = Start(OnFailure());
        LetFail(supervisor);
        supervisor.Tell("read");
        dead.FishForMessage<DeadLetter>(d => d.Message is "read");
    }

    [Fact]
    public void One_failure_too_many_stops_the_supervisor()
    {
        var supervisor = Start(OnFailure().WithManualReset().WithMaxNrOfRetries(1));
        LetFail(supervisor);
        IsBackAfter(supervisor, Min);
        Watch(supervisor);
        supervisor.Tell(new Fail(Broken));
        ExpectTerminated(supervisor);
    }

    [Fact]
    public void A_child_that_stops_by_itself_takes_the_supervisor_with_it()
    {
        var supervisor = Start(OnFailure());
        Watch(supervisor);
        supervisor.Tell("stop");
        ExpectTerminated(supervisor);
    }

    [Fact]
    public void With_OnStop_a_child_that_stops_by_itself_is_started_again()
    {
        var supervisor = Start(Backoff.OnStop(Child(), "child", Min, Max, 0, -1));
        supervisor.Tell("stop");
        AwaitNoChild(supervisor);
        IsBackAfter(supervisor, Min);
    }

    private static Props Child() => Props.Create(() => new Counting(ActorRefs.Nobody));

    private static BackoffOptions OnFailure() => Backoff.OnFailure(Child(), "child", Min, Max, 0, -1);

    private IActorRef Start(BackoffOptions options)
    {
        var supervisor = ActorOf(BackoffSupervisor.Props(options));
        Assert.NotNull(CurrentChild(supervisor));
        return supervisor;
    }

    private void LetFail(IActorRef supervisor)
    {
        supervisor.Tell(new Fail(Broken));
        AwaitNoChild(supervisor);
    }

    // The supervisor forgets its child and asks the scheduler for the next start while it handles one and the same message.
    private void AwaitNoChild(IActorRef supervisor) => AwaitCondition(() => CurrentChild(supervisor) is null, Bound, TimeSpan.FromMilliseconds(10));

    private void IsBackAfter(IActorRef supervisor, TimeSpan delay)
    {
        Scheduler.Advance(delay - Tick);
        Assert.Null(CurrentChild(supervisor));
        Scheduler.Advance(Tick);
        Assert.NotNull(CurrentChild(supervisor));
    }

    private IActorRef? CurrentChild(IActorRef supervisor)
    {
        supervisor.Tell(BackoffSupervisor.GetCurrentChild.Instance);
        var child = ExpectMsg<BackoffSupervisor.CurrentChild>().Ref;
        return child.IsNobody() ? null : child;
    }
}

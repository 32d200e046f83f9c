using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using CameraFabric.ActorContract.Tests.Time;
using Xunit.Sdk;

namespace CameraFabric.ActorContract.Tests.Kit;

/// <summary>The tools of all these tests: an expectation that cannot fail would prove nothing.</summary>
public sealed class TestKitTests : VirtualTimeTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void ExpectMsg_fails_when_nothing_comes() => Fails(() => ExpectMsg<string>(Soon));

    [Fact]
    public void ExpectMsg_fails_on_another_class()
    {
        TestActor.Tell(1);
        Fails(() => ExpectMsg<string>());
    }

    [Fact]
    public void ExpectMsg_fails_on_another_value()
    {
        TestActor.Tell("a");
        Fails(() => ExpectMsg("b"));
        TestActor.Tell("a");
        Fails(() => ExpectMsg<string>(s => s == "b"));
    }

    [Fact]
    public void ExpectNoMsg_fails_when_something_comes()
    {
        TestActor.Tell("a");
        Fails(() => ExpectNoMsg(Soon));
        ExpectNoMsg(Soon);
    }

    [Fact]
    public void ReceiveN_fails_when_too_few_come()
    {
        TestActor.Tell("a");
        Fails(() => ReceiveN(2, Soon));
    }

    [Fact]
    public void FishForMessage_drops_what_does_not_fit()
    {
        for (var i = 0; i < 5; i++) TestActor.Tell(i);
        Assert.Equal(3, FishForMessage<int>(i => i == 3));
        ExpectMsg(4);
        Fails(() => FishForMessage<int>(i => i == 3, Soon));
    }

    [Fact]
    public void ExpectTerminated_fails_for_another_actor()
    {
        var (one, other) = (CreateTestProbe().Ref, CreateTestProbe().Ref);
        Watch(one);
        Watch(other);
        Sys.Stop(one);
        Fails(() => ExpectTerminated(other));
    }

    [Fact]
    public void AwaitCondition_and_AwaitAssert_fail_when_it_never_comes_true()
    {
        Fails(() => AwaitCondition(() => false, Soon));
        Fails(() => AwaitAssert(() => Assert.Fail("never"), Soon));
        var tries = 0;
        AwaitAssert(() => Assert.Equal(3, ++tries), Bound);
    }

    [Fact]
    public void Within_bounds_the_expectations_inside_of_it()
    {
        var started = TimeProvider.System.GetTimestamp();
        Fails(() => Within(Soon, () => ExpectMsg<string>()));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, Bound / 2);
    }

    [Fact]
    public void The_test_actor_is_the_implicit_sender()
    {
        var probe = CreateTestProbe();
        probe.Ref.Tell("hello");
        probe.ExpectMsgFrom<string>(TestActor);
        probe.Reply("hello yourself");
        ExpectMsgFrom<string>(probe.Ref);
    }

    [Fact]
    public async Task The_test_actor_is_the_implicit_sender_after_an_await_too()
    {
        var probe = CreateTestProbe();
        await Task.Run(() => { });
        probe.Ref.Tell("hello");
        await probe.ExpectMsgAsync<string>();
        Assert.Equal(TestActor, probe.Sender);
    }

    [Fact]
    public void An_event_filter_fails_when_nothing_or_too_much_is_logged()
    {
        ILoggingAdapter log = Sys.Log;
        EventFilter.Warning("careful").ExpectOne(() => log.Warning("careful"));
        Fails(() => EventFilter.Warning("careful").ExpectOne(Soon, () => log.Warning("careless")));
        Fails(() => EventFilter.Warning("careful").Expect(1, () =>
        {
            log.Warning("careful");
            log.Warning("careful");
        }));
    }

    [Fact]
    public void Ignored_messages_do_not_arrive()
    {
        IgnoreMessages(m => m is int);
        TestActor.Tell(1);
        TestActor.Tell("a");
        ExpectMsg("a");
        IgnoreNoMessages();
        TestActor.Tell(1);
        ExpectMsg(1);
    }

    [Fact]
    public void Virtual_time_passes_only_when_the_test_says_so()
    {
        var second = TimeSpan.FromSeconds(1);
        Sys.Scheduler.ScheduleTellOnce(second, TestActor, "one", ActorRefs.NoSender);
        Sys.Scheduler.ScheduleTellOnce(2 * second, TestActor, "two", ActorRefs.NoSender);
        Sys.Scheduler.Advanced.ScheduleOnce(second, () => TestActor.Tell("action"));
        Scheduler.Advance(second - TimeSpan.FromMilliseconds(1));
        Assert.False(HasMessages);
        Scheduler.Advance(TimeSpan.FromMilliseconds(1));
        ExpectMsgAllOf<string>(["one", "action"]);
        var cancelable = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.ScheduleTellOnce(second, TestActor, "never", ActorRefs.NoSender, cancelable);
        cancelable.Cancel();
        Scheduler.Advance(second);
        ExpectMsg("two");
        NothingElseCame();
    }

    [Fact]
    public void A_system_made_elsewhere_can_be_tested_too()
    {
        using var kit = new Elsewhere(ActorSystem.Create("elsewhere"));
        kit.TestActor.Tell("hello");
        kit.ExpectMsg("hello", Bound);
    }

    [Fact]
    public void An_actor_on_the_calling_thread_has_answered_when_tell_returns()
    {
        var echo = ActorOf(Props.Create(() => new Echo()).WithDispatcher(CallingThreadDispatcher.Id));
        echo.Tell("start");
        ExpectMsg("start");
        echo.Tell("hello");
        Assert.True(HasMessages);
        ExpectMsg("hello");
    }

    private static void Fails(Action action) => Assert.ThrowsAny<XunitException>(action);

    private sealed class Elsewhere(ActorSystem system) : Akka.TestKit.Xunit2.TestKit(system);

    private sealed class Echo : ReceiveActor
    {
        public Echo() => ReceiveAny(m => Sender.Tell(m));
    }
}

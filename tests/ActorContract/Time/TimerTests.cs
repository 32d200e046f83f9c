using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Time;

public sealed class TimerTests : VirtualTimeTest
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_single_timer_fires_once_and_not_before_its_time()
    {
        var actor = Timed("single");
        Scheduler.Advance(Interval - Tick);
        NothingFired(actor);
        Scheduler.Advance(Tick);
        ExpectMsg("single fired");
        Scheduler.Advance(Interval);
        NothingFired(actor);
    }

    [Fact]
    public void A_periodic_timer_fires_at_every_interval()
    {
        Timed("periodic");
        for (var i = 0; i < 5; i++)
        {
            Scheduler.Advance(Interval);
            ExpectMsg("periodic fired");
        }
    }

    [Fact]
    public void Starting_a_timer_again_under_its_key_replaces_it()
    {
        var actor = Timed("single");
        Scheduler.Advance(Interval - Tick);
        Command(actor, "single");
        Scheduler.Advance(Tick);
        NothingFired(actor);
        Scheduler.Advance(Interval - Tick);
        ExpectMsg("single fired");
        NothingFired(actor);
    }

    [Fact]
    public void A_cancelled_timer_does_not_fire()
    {
        var actor = Timed("periodic");
        Command(actor, "cancel");
        Scheduler.Advance(Interval);
        NothingFired(actor);
    }

    [Fact]
    public void Restart_cancels_the_timers()
    {
        var actor = Timed("periodic");
        actor.Tell("fail");
        NothingFired(actor);
        Scheduler.Advance(Interval);
        NothingFired(actor);
    }

    [Fact]
    public void Stop_cancels_the_timers()
    {
        var dead = CreateTestProbe();
        Sys.EventStream.Subscribe(dead.Ref, typeof(Akka.Event.AllDeadLetters));
        var actor = Timed("periodic");
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
        Scheduler.Advance(Interval);
        var marker = new Akka.Event.DeadLetter("marker", TestActor, TestActor);
        Sys.EventStream.Publish(marker);
        dead.FishForMessage<Akka.Event.AllDeadLetters>(d =>
        {
            Assert.NotEqual("periodic fired", d.Message);
            return ReferenceEquals(d, marker);
        });
    }

    [Fact]
    public void A_timer_knows_whether_it_is_active()
    {
        var actor = Timed("single");
        actor.Tell("active");
        ExpectMsg(true);
        Scheduler.Advance(Interval);
        ExpectMsg("single fired");
        actor.Tell("active");
        ExpectMsg(false);
    }

    [Fact]
    public void The_receive_timeout_fires_when_nothing_comes()
    {
        var actor = ActorOf(Props.Create(() => new Impatient(TestActor, Interval)));
        actor.Tell("hello");
        ExpectMsg("hello");
        Command(actor, "hello again", "hello again");

        // The time-out is set anew after the handler's end, so it may not be there yet when the answer is.
        AwaitCondition(() =>
        {
            Scheduler.Advance(Interval);
            return HasMessages;
        });
        ExpectMsg("nothing came");
    }

    private IActorRef Timed(string command)
    {
        var actor = ActorOf(Props.Create(() => new WithTimers(TestActor, Interval)));
        Command(actor, command);
        return actor;
    }

    private void Command(IActorRef actor, string command, string answer = "done")
    {
        actor.Tell(command);
        ExpectMsg(answer);
    }

    // What has fired lies in the mailbox before the question, so that the answer would come after it.
    private void NothingFired(IActorRef actor) => Command(actor, "are you there", "yes");

    private sealed class WithTimers : ReceiveActor, IWithTimers
    {
        public WithTimers(IActorRef report, TimeSpan interval)
        {
            Receive<string>(s => s.EndsWith(" fired", StringComparison.Ordinal), report.Tell);
            Receive<string>(s => s == "single", _ =>
            {
                Timers.StartSingleTimer("key", "single fired", interval);
                Sender.Tell("done");
            });
            Receive<string>(s => s == "periodic", _ =>
            {
                Timers.StartPeriodicTimer("key", "periodic fired", interval);
                Sender.Tell("done");
            });
            Receive<string>(s => s == "cancel", _ =>
            {
                Timers.Cancel("key");
                Sender.Tell("done");
            });
            Receive<string>(s => s == "active", _ => Sender.Tell(Timers.IsTimerActive("key")));
            Receive<string>(s => s == "fail", _ => throw new InvalidOperationException("broken"));
            Receive<string>(s => s == "are you there", _ => Sender.Tell("yes"));
        }

        public ITimerScheduler Timers { get; set; } = null!;
    }

    private sealed class Impatient : ReceiveActor
    {
        public Impatient(IActorRef report, TimeSpan timeout)
        {
            Receive<ReceiveTimeout>(_ => report.Tell("nothing came"));
            ReceiveAny(m =>
            {
                Context.SetReceiveTimeout(timeout);
                Sender.Tell(m);
            });
        }
    }
}

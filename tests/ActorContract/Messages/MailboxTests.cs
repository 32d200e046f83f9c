using Akka.Actor;
using Akka.Event;
using Akka.TestKit;

namespace CameraFabric.ActorContract.Tests.Messages;

public sealed class MailboxTests : ContractTest
{
    private const string Config = """
        bounded {
          mailbox-type = "Akka.Dispatch.BoundedMailbox, Akka"
          mailbox-capacity = 3
          mailbox-push-timeout-time = 0s
        }
        """;

    private readonly TestProbe _dead;

    public MailboxTests() : base(Config)
    {
        _dead = CreateTestProbe();
        Sys.EventStream.Subscribe(_dead.Ref, typeof(DeadLetter));
    }

    [Fact]
    public void What_overflows_a_bounded_mailbox_is_the_newest_and_becomes_a_dead_letter()
    {
        var actor = ActorOf(Props.Create(() => new Busy(TestActor)).WithMailbox("bounded"));
        // While it handles this, nothing is taken from its mailbox: the place for three is all there is.
        actor.Tell(new Fill(5));
        Assert.Equal([0, 1, 2], ReceiveN(3).Cast<int>());
        Assert.Equal(3, _dead.ExpectMsg<DeadLetter>(d => d.Recipient.Equals(actor)).Message);
        Assert.Equal(4, _dead.ExpectMsg<DeadLetter>(d => d.Recipient.Equals(actor)).Message);
    }

    [Fact]
    public void A_bounded_mailbox_that_was_full_takes_messages_again()
    {
        var actor = ActorOf(Props.Create(() => new Busy(TestActor)).WithMailbox("bounded"));
        actor.Tell(new Fill(5));
        ReceiveN(3);
        actor.Tell(17);
        ExpectMsg(17);
    }

    [Fact]
    public void A_full_mailbox_does_not_hold_up_a_stop()
    {
        var actor = ActorOf(Props.Create(() => new Busy(TestActor)).WithMailbox("bounded"));
        Watch(actor);
        actor.Tell(new Fill(3, ThenStop: true));
        ExpectTerminated(actor);
    }

    [Fact]
    public void A_stop_overtakes_the_messages_that_wait_and_they_become_dead_letters()
    {
        var actor = ActorOf(Props.Create(() => new Busy(TestActor)));
        Watch(actor);
        actor.Tell(new Fill(3, ThenStop: true));
        ExpectTerminated(actor);
        Assert.Equal([0, 1, 2], _dead.ReceiveN(3).Cast<DeadLetter>().Select(d => (int)d.Message));
    }

    [Fact]
    public void A_poison_pill_waits_for_its_turn()
    {
        var actor = ActorOf(Props.Create(() => new Busy(TestActor)));
        Watch(actor);
        actor.Tell(new Fill(3));

        ReceiveN(3);
        actor.Tell(1);
        actor.Tell(PoisonPill.Instance);
        actor.Tell(2);
        ExpectMsg(1);
        ExpectTerminated(actor);
        Assert.Equal(2, _dead.ExpectMsg<DeadLetter>().Message);
    }

    [Fact]
    public void A_message_to_a_stopped_actor_is_published_as_a_dead_letter_with_sender_and_recipient()
    {
        var actor = ActorOf(Props.Create(() => new Busy(TestActor)));
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);
        actor.Tell(42, TestActor);
        var letter = _dead.ExpectMsg<DeadLetter>();
        Assert.Equal(42, letter.Message);
        Assert.Equal(TestActor, letter.Sender);
        Assert.Equal(actor.Path, letter.Recipient.Path);
    }

    [Fact]
    public void A_message_that_nobody_handles_is_published_as_unhandled()
    {
        var unhandled = CreateTestProbe();
        Sys.EventStream.Subscribe(unhandled.Ref, typeof(UnhandledMessage));
        var actor = ActorOf(Props.Create(() => new Busy(TestActor)));
        actor.Tell("what is this");
        var message = unhandled.ExpectMsg<UnhandledMessage>();
        Assert.Equal("what is this", message.Message);
        Assert.Equal(actor, message.Recipient);
    }

    private sealed record Fill(int Count, bool ThenStop = false);

    private sealed class Busy : ReceiveActor
    {
        public Busy(IActorRef report)
        {
            Receive<int>(i => report.Tell(i));
            Receive<Fill>(f =>
            {
                for (var i = 0; i < f.Count; i++) Self.Tell(i);
                if (f.ThenStop) Context.Stop(Self);
            });
        }
    }
}

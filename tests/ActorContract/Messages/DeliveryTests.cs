using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Messages;

public sealed class DeliveryTests : ContractTest
{
    [Fact]
    public void Messages_of_one_actor_to_another_arrive_in_the_order_in_which_they_were_told()
    {
        const int Count = 10_000;
        var receiver = ActorOf(Props.Create(() => new Ordered(Count, TestActor)));
        var senders = Enumerable.Range(0, 3).Select(i => ActorOf(Props.Create(() => new Sending(i, Count, receiver)))).ToList();
        foreach (var sender in senders) sender.Tell("go");
        for (var i = 0; i < senders.Count; i++) Assert.Equal("in order", ExpectMsg<string>());
    }

    [Fact]
    public void A_message_is_delivered_as_the_very_object_that_was_told()
    {
        var forward = ActorOf(Props.Create(() => new Forwarding(TestActor)));
        var message = new Mutable { Value = 1 };
        for (var value = 1; value < 100; value++)
        {
            message.Value = value;
            forward.Tell(message);
            Assert.Same(message, ExpectMsg<Mutable>());
            Assert.Equal(value, message.Value);
        }
    }

    [Fact]
    public void An_object_that_waits_several_times_in_a_mailbox_is_delivered_as_many_times()
    {
        var message = new Mutable { Value = 7 };
        var forward = ActorOf(Props.Create(() => new Forwarding(TestActor)));
        for (var i = 0; i < 50; i++) forward.Tell(message);
        Assert.All(ReceiveN(50), m => Assert.Same(message, m));
        Assert.Equal(7, message.Value);
    }

    [Fact]
    public void Forward_keeps_the_sender()
    {
        var forward = ActorOf(Props.Create(() => new Forwarding(TestActor)));
        var probe = CreateTestProbe();
        probe.Send(forward, "hello");
        ExpectMsgFrom<string>(probe.Ref);
    }

    [Fact]
    public void Nothing_else_is_received_while_an_asynchronous_handler_awaits()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = ActorOf(Props.Create(() => new Awaiting(gate.Task)));
        actor.Tell("first");
        ExpectMsg("before first");
        actor.Tell("second");
        NothingElseCame();
        gate.SetResult();
        ExpectMsg("after first");
        ExpectMsg("before second");
        ExpectMsg("after second");
    }

    private sealed class Mutable
    {
        public int Value { get; set; }
    }

    private sealed class Sending : ReceiveActor
    {
        public Sending(int id, int count, IActorRef receiver) => Receive<string>(_ =>
        {
            for (var i = 0; i < count; i++) receiver.Tell((id, i));
        });
    }

    private sealed class Ordered : ReceiveActor
    {
        private readonly Dictionary<int, int> _next = [];

        public Ordered(int count, IActorRef report) => Receive<(int Id, int Number)>(m =>
        {
            var next = _next.GetValueOrDefault(m.Id);
            if (m.Number != next) report.Tell($"sender {m.Id}: {m.Number} came where {next} was due");
            _next[m.Id] = next + 1;
            if (next + 1 == count) report.Tell("in order");
        });
    }

    private sealed class Forwarding : ReceiveActor
    {
        public Forwarding(IActorRef target) => ReceiveAny(target.Forward);
    }

    private sealed class Awaiting : ReceiveActor
    {
        public Awaiting(Task gate) => ReceiveAsync<string>(async s =>
        {
            Sender.Tell("before " + s);
            await gate;
            Sender.Tell("after " + s);
        });
    }
}

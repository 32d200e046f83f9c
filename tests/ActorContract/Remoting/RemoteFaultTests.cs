using Akka.Actor;
using Akka.Event;
using Akka.TestKit;

namespace CameraFabric.ActorContract.Tests.Remoting;

/// <summary>A message that cannot be carried is lost alone: what comes after it is carried.</summary>
public sealed class RemoteFaultTests : RemoteTest
{
    // The documented default of akka.remote.dot-netty.tcp.maximum-frame-size.
    private const int MaximumFrame = 128_000;

    private readonly TestProbe _farProbe;

    public RemoteFaultTests()
    {
        _farProbe = CreateTestProbe(There);
        There.ActorOf(Props.Create(() => new Forwarder(_farProbe.Ref)), "sink");
    }

    [Fact]
    public async Task A_message_beyond_the_frame_limit_is_dropped_with_an_error()
    {
        var sink = await FarRef("sink");
        Sys.EventStream.Subscribe(TestActor, typeof(Error));
        sink.Tell(new Numbered(1));
        sink.Tell(new Bulk(new byte[MaximumFrame + 1]));
        sink.Tell(new Numbered(2));
        _farProbe.ExpectMsg(new Numbered(1));
        _farProbe.ExpectMsg(new Numbered(2));
        ExpectMsg<Error>(e => e.ToString()!.Contains("sink", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_within_the_frame_limit_arrives_whole()
    {
        var sink = await FarRef("sink");
        var content = new byte[MaximumFrame - 2000];
        new Random(1).NextBytes(content);
        sink.Tell(new Bulk(content));
        Assert.Equal(content, _farProbe.ExpectMsg<Bulk>().Content);
    }

    [Fact]
    public async Task A_message_that_the_reader_does_not_know_is_dropped_alone()
    {
        var sink = await FarRef("sink");
        sink.Tell(new FromTheFuture());
        sink.Tell(new Numbered(2));
        _farProbe.ExpectMsg(new Numbered(2));
    }

    [Fact]
    public async Task A_message_that_the_sender_cannot_write_is_dropped_alone()
    {
        var sink = await FarRef("sink");
        sink.Tell(new Unwritable());
        sink.Tell(new Numbered(2));
        _farProbe.ExpectMsg(new Numbered(2));
    }

    [Fact]
    public async Task A_message_to_an_actor_that_has_ended_is_a_dead_letter_there()
    {
        var sink = await FarRef("sink");
        There.EventStream.Subscribe(_farProbe.Ref, typeof(DeadLetter));
        Watch(sink);
        sink.Tell(PoisonPill.Instance);
        ExpectTerminated(sink);
        sink.Tell(new Numbered(6), TestActor);
        Assert.Equal(new Numbered(6), _farProbe.ExpectMsg<DeadLetter>().Message);
    }

    [Fact]
    public void A_message_to_a_system_that_is_not_there_harms_nobody()
    {
        var nowhere = new Address("akka.tcp", "there", "127.0.0.1", 1);
        Sys.ActorSelection(new RootActorPath(nowhere) / "user" / "sink").Tell(new Numbered(1), TestActor);
        Far("sink").Tell(new Numbered(2), TestActor);
        _farProbe.ExpectMsg(new Numbered(2));
    }
}

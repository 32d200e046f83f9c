using Akka.Actor;
using Akka.TestKit;

namespace CameraFabric.ActorContract.Tests.Remoting;

public sealed class RemoteDeliveryTests : RemoteTest
{
    private readonly TestProbe _farProbe;

    public RemoteDeliveryTests()
    {
        _farProbe = CreateTestProbe(There);
        There.ActorOf(Props.Create(() => new Echo()), "echo");
        There.ActorOf(Props.Create(() => new Forwarder(_farProbe.Ref)), "sink");
    }

    [Fact]
    public void A_selection_by_address_reaches_the_actor_and_brings_the_sender()
    {
        Far("sink").Tell(new Numbered(7), TestActor);
        _farProbe.ExpectMsg(new Numbered(7));
        Assert.Equal(TestActor.Path.Name, _farProbe.LastSender.Path.Name);
        Assert.Equal(AddressOf(Sys), _farProbe.LastSender.Path.Address);
        _farProbe.LastSender.Tell(new Numbered(8));
        ExpectMsg(new Numbered(8));
    }

    [Fact]
    public async Task A_selection_resolves_to_the_actor_it_means_and_to_no_other()
    {
        var echo = await FarRef("echo");
        Assert.Equal(AddressOf(There), echo.Path.Address);
        Assert.Equal(new Numbered(1), await echo.Ask(new Numbered(1), Bound));
        await Assert.ThrowsAsync<ActorNotFoundException>(() => Far("nobody").ResolveOne(Bound));
    }

    [Fact]
    public async Task An_ask_is_answered_over_the_network()
    {
        var echo = await FarRef("echo");
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => echo.Ask<Numbered>(new Numbered(i), Bound)));
        Assert.Equal(Enumerable.Range(0, 100), answers.Select(a => a.Value));
        Assert.Equal(new Numbered(5), await Far("echo").Ask<Numbered>(new Numbered(5), Bound));
    }

    [Fact]
    public async Task An_ask_of_nobody_times_out() =>
        await Assert.ThrowsAsync<AskTimeoutException>(() => Far("nobody").Ask(new Numbered(1), TimeSpan.FromMilliseconds(200)));

    [Fact]
    public void An_actor_in_a_message_is_itself_again_when_it_comes_home()
    {
        Far("echo").Tell(new Introduced(TestActor), TestActor);
        Assert.Equal(TestActor, ExpectMsg<Introduced>().Actor);
    }

    [Fact]
    public void An_actor_in_a_message_can_be_told_from_where_it_arrives()
    {
        Far("sink").Tell(new Introduced(TestActor), TestActor);
        _farProbe.ExpectMsg<Introduced>().Actor.Tell(new Numbered(3), _farProbe.Ref);
        ExpectMsg(new Numbered(3));
        Assert.Equal(AddressOf(There), LastSender.Path.Address);
    }

    [Fact]
    public async Task An_actor_of_a_third_system_arrives_as_that()
    {
        var third = Start();
        var thirdProbe = CreateTestProbe(third);
        third.ActorOf(Props.Create(() => new Forwarder(thirdProbe.Ref)), "third");
        var introduced = await Far("third", third).ResolveOne(Bound);
        Far("sink").Tell(new Introduced(introduced), TestActor);
        var seen = _farProbe.ExpectMsg<Introduced>().Actor;
        Assert.Equal(AddressOf(third), seen.Path.Address);
        seen.Tell(new Numbered(4), ActorRefs.NoSender);
        thirdProbe.ExpectMsg(new Numbered(4));
        Shutdown(third, Bound);
    }

    [Fact]
    public async Task What_one_tells_another_arrives_whole_and_in_order()
    {
        var sink = await FarRef("sink");
        for (var i = 0; i < 2000; i++) sink.Tell(new Numbered(i), TestActor);
        Assert.Equal(Enumerable.Range(0, 2000), _farProbe.ReceiveN(2000, Bound).Cast<Numbered>().Select(n => n.Value));
    }

    [Fact]
    public async Task Text_and_numbers_need_no_serializer_of_ones_own()
    {
        var echo = await FarRef("echo");
        Assert.Equal("text", await echo.Ask("text", Bound));
        Assert.Equal(5, await echo.Ask(5, Bound));
        Assert.Equal(5L, await echo.Ask(5L, Bound));
    }

    [Fact]
    public void What_nobody_sent_is_answered_nowhere()
    {
        var sink = Far("sink");
        // A thread without the context in which the test actor is the sender of everything.
        new Thread(() => sink.Tell(new Numbered(1), ActorRefs.NoSender)).UnsafeStart();
        _farProbe.ExpectMsg(new Numbered(1));
        Assert.Equal(There.DeadLetters, _farProbe.LastSender);
    }

    [Fact]
    public async Task A_poison_pill_ends_an_actor_far_away()
    {
        var sink = await FarRef("sink");
        Watch(sink);
        sink.Tell(PoisonPill.Instance);
        ExpectTerminated(sink);
    }

    [Fact]
    public void What_is_told_within_a_system_is_not_serialized()
    {
        var message = new Unwritable();
        var echo = Sys.ActorOf(Props.Create(() => new Echo()), "near");
        Sys.ActorSelection(new RootActorPath(AddressOf(Sys)) / "user" / "near").Tell(message, TestActor);
        Assert.Same(message, ExpectMsg<Unwritable>());
        echo.Tell(message, TestActor);
        Assert.Same(message, ExpectMsg<Unwritable>());
    }
}

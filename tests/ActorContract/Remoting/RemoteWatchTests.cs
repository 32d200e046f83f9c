using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Remoting;

public sealed class RemoteWatchTests : RemoteTest
{
    private readonly IActorRef _there;

    public RemoteWatchTests() => _there = There.ActorOf(Props.Create(() => new Echo()), "echo");

    [Fact]
    public async Task Terminated_comes_when_a_remote_actor_stops()
    {
        var echo = await FarRef("echo");
        Watch(echo);
        There.Stop(_there);
        Assert.False(ExpectTerminated(echo).AddressTerminated);
    }

    [Fact]
    public async Task Terminated_comes_to_every_watcher()
    {
        var echo = await FarRef("echo");
        var other = CreateTestProbe();
        Watch(echo);
        other.Watch(echo);
        There.Stop(_there);
        ExpectTerminated(echo);
        other.ExpectTerminated(echo);
    }

    [Fact]
    public async Task Terminated_comes_for_a_remote_actor_that_is_dead_already()
    {
        var echo = await FarRef("echo");
        Watch(echo);
        There.Stop(_there);
        ExpectTerminated(echo);
        var late = CreateTestProbe();
        late.Watch(echo);
        late.ExpectTerminated(echo);
    }

    [Fact]
    public async Task Terminated_does_not_come_to_one_that_watches_no_longer()
    {
        var echo = await FarRef("echo");
        var witness = CreateTestProbe();
        Watch(echo);
        Unwatch(echo);
        witness.Watch(echo);
        // What the remote system got before the stop, it got in this order.
        await echo.Ask(new Sync(), Bound);
        There.Stop(_there);
        witness.ExpectTerminated(echo);
        NothingElseCame();
    }

    [Fact]
    public async Task Terminated_comes_when_the_remote_system_ends()
    {
        var echo = await FarRef("echo");
        Watch(echo);
        await There.Terminate();
        ExpectTerminated(echo, Bound);
    }
}

using Akka.Actor;
using CameraFabric.Fabric.Dispatch;
using CameraFabric.Fabric.Nodes;

namespace CameraFabric.Fabric.Tests.Dispatch;

public sealed class DedicatedExecutorTests : IDisposable
{
    private const string Dispatcher = "camera-fabric.frame-path-dispatcher";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ActorSystem _system = ActorSystem.Create("dispatch", FabricNode.ReferenceConfig.WithFallback(Quiet));
    private readonly List<int> _ran = [];
    private readonly ManualResetEventSlim _done = new();

    private static Akka.Configuration.Config Quiet => Akka.Configuration.ConfigurationFactory.ParseString("akka.stdout-loglevel = OFF");

    public void Dispose()
    {
        _system.Terminate().Wait(Patience);
        _done.Dispose();
    }

    [Fact]
    public void An_idle_actor_that_is_told_here_runs_on_the_thread_that_tells()
    {
        var actor = Start();

        // A moment after a message its mailbox may still be busy with having been so.
        Assert.True(SpinWait.SpinUntil(() => RunsHere(actor, static () => { }), Patience));
    }

    [Fact]
    public void What_it_tells_others_meanwhile_runs_on_their_threads()
    {
        var (first, second) = (Start(), Start());
        var ran = 0;
        Assert.True(SpinWait.SpinUntil(() => RunsHere(first, () => second.Tell((Action)(() =>
        {
            Volatile.Write(ref ran, Environment.CurrentManagedThreadId);
            _done.Set();
        }))), Patience));
        Assert.True(_done.Wait(Patience));
        Assert.NotEqual(Environment.CurrentManagedThreadId, Volatile.Read(ref ran));
    }

    [Fact]
    public void One_that_is_busy_keeps_its_order_and_nobody_waits_for_it()
    {
        var actor = Start();
        using var release = new ManualResetEventSlim();
        actor.Tell((Action)(() =>
        {
            release.Wait();
            _ran.Add(1);
        }));
        DedicatedExecutor.TellHere(actor, (Action)(() => _ran.Add(2)));
        Assert.Empty(_ran);
        DedicatedExecutor.TellHere(actor, (Action)_done.Set);
        release.Set();
        Assert.True(_done.Wait(Patience));
        Assert.Equal([1, 2], _ran);
    }

    [Fact]
    public void A_thread_is_lent_for_one_message_only()
    {
        var actor = Start();
        Assert.True(SpinWait.SpinUntil(() => RunsHere(actor, static () => { }), Patience));
        var ran = 0;
        actor.Tell((Action)(() =>
        {
            ran = Environment.CurrentManagedThreadId;
            _done.Set();
        }));
        Assert.True(_done.Wait(Patience));
        Assert.NotEqual(Environment.CurrentManagedThreadId, ran);
    }

    private static bool RunsHere(IActorRef actor, Action act)
    {
        using var handled = new ManualResetEventSlim();
        var ran = 0;
        DedicatedExecutor.TellHere(actor, (Action)(() =>
        {
            act();
            ran = Environment.CurrentManagedThreadId;
            handled.Set();
        }));
        Assert.True(handled.Wait(Patience));
        return ran == Environment.CurrentManagedThreadId;
    }

    private IActorRef Start() => _system.ActorOf(Props.Create(() => new Doer()).WithDispatcher(Dispatcher));

    private sealed class Doer : UntypedActor
    {
        protected override void OnReceive(object message) => ((Action)message)();
    }
}

using Akka.Actor;
using Akka.Dispatch;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Dispatch;

/// <summary>
/// A few threads that run mailboxes, and nothing else. Unlike the executors that Akka brings it allocates nothing to wake a mailbox, which
/// matters where that happens several times a frame; and its threads wait for one another's work only.
/// </summary>
public sealed class DedicatedExecutor : ExecutorService
{
    [ThreadStatic]
    private static bool _isLent;

    private readonly object _gate = new();
    private IRunnable[] _ring = new IRunnable[64];
    private int _head;
    private int _count;
    private bool _isShutDown;

    /// <summary>Starts the threads.</summary>
    /// <param name="id">The dispatcher's id.</param>
    /// <param name="threads">How many threads.</param>
    public DedicatedExecutor(string id, int threads) : base(id)
    {
        for (var i = 0; i < threads; i++)
        {
            var name = $"{id[(id.LastIndexOf('.') + 1)..]}-{i}";
            new Thread(() => Run(name)) { IsBackground = true }.Start();
        }
    }

    /// <summary>
    /// Tells an actor, and lends it the calling thread: an actor that was idle handles the message before this returns, and no thread has
    /// to wake for it. What that actor tells others runs on their own threads. For threads that may take some microseconds for it.
    /// </summary>
    /// <param name="actor">An actor on such an executor; to any other the message is told as usual.</param>
    /// <param name="message">What to tell.</param>
    public static void TellHere(IActorRef actor, object message)
    {
        _isLent = true;
        try
        {
            actor.Tell(message, ActorRefs.NoSender);
        }
        finally
        {
            _isLent = false;
        }
    }

    /// <inheritdoc/>
    public override void Execute(IRunnable run)
    {
        if (_isLent)
        {
            _isLent = false;
            run.Run();
            return;
        }

        lock (_gate)
        {
            if (_isShutDown) throw new InvalidOperationException($"executor {Id} is shut down");
            if (_count == _ring.Length) Grow();
            _ring[(_head + _count++) % _ring.Length] = run;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Lets the threads finish what is there, and end.</summary>
    public override void Shutdown()
    {
        lock (_gate)
        {
            _isShutDown = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Run(string name)
    {
        ThreadTuning.NameCurrent(name);
        while (Take() is { } run) run.Run();
    }

    private IRunnable? Take()
    {
        lock (_gate)
        {
            while (_count == 0)
            {
                if (_isShutDown) return null;
                Monitor.Wait(_gate);
            }

            var run = _ring[_head];
            _ring[_head] = null!;
            _head = (_head + 1) % _ring.Length;
            _count--;
            return run;
        }
    }

    private void Grow()
    {
        var larger = new IRunnable[_ring.Length * 2];
        for (var i = 0; i < _count; i++) larger[i] = _ring[(_head + i) % _ring.Length];
        _ring = larger;
        _head = 0;
    }
}

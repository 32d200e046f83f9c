namespace CameraFabric.Fabric.Tests.Fakes;

/// <summary>The system's time, but that limits are over when the test says so.</summary>
internal sealed class HeldTimers : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Held> _timers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Held(this, callback, state);
        lock (_gate) _timers.Add(timer);
        return timer;
    }

    /// <summary>Every limit that is still counted is over.</summary>
    public void Elapse()
    {
        Held[] due;
        lock (_gate) due = [.. _timers];
        foreach (var timer in due) timer.Fire();
    }

    private sealed class Held(HeldTimers owner, TimerCallback callback, object? state) : ITimer
    {
        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            lock (owner._gate) owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>
/// A scheduler whose time passes only when the test says so. Chosen with <c>akka.scheduler.implementation</c>.
/// What falls due runs on the thread that calls <see cref="Advance"/>, in the order of its time.
/// </summary>
public class TestScheduler : SchedulerBase
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Work, (TimeSpan Due, long Number)> _work = new();
    private readonly DateTimeOffset _start = DateTimeOffset.UnixEpoch;
    private TimeSpan _elapsed;
    private long _number;

    /// <summary>Called by Akka, which makes schedulers by type name.</summary>
    /// <param name="schedulerConfig">The section <c>akka.scheduler</c>.</param>
    /// <param name="log">The log of the system.</param>
    public TestScheduler(Config schedulerConfig, ILoggingAdapter log) : base(schedulerConfig, log)
    {
    }

    /// <summary>What is the time.</summary>
    public DateTimeOffset Now => TimeNow;

    /// <inheritdoc />
    public override TimeSpan MonotonicClock
    {
        get
        {
            lock (_gate) return _elapsed;
        }
    }

    /// <inheritdoc />
    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    /// <inheritdoc />
    protected override DateTimeOffset TimeNow => _start + MonotonicClock;

    /// <summary>Lets time pass, and runs what falls due meanwhile.</summary>
    /// <param name="offset">How much time; not negative.</param>
    public void Advance(TimeSpan offset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, TimeSpan.Zero);
        TimeSpan end;
        lock (_gate) end = _elapsed + offset;
        while (TakeDue(end) is { } work)
        {
            // Outside of the lock: what runs may schedule.
            if (work.Cancelable?.IsCancellationRequested == true) continue;
            work.Action();
            if (work.Interval is { } interval) Add(work with { Due = work.Due + interval });
        }
        lock (_gate) _elapsed = end;
    }

    /// <summary>Lets time pass until <paramref name="when"/>.</summary>
    /// <param name="when">A time that is not past.</param>
    public void AdvanceTo(DateTimeOffset when) => Advance(when - Now);

    /// <inheritdoc />
    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender,
        ICancelable cancelable) => Add(delay, null, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc />
    protected override void InternalScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message,
        IActorRef sender, ICancelable cancelable) => Add(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc />
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Add(delay, null, action, cancelable);

    /// <inheritdoc />
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        Add(delay, null, action.Run, cancelable);

    /// <inheritdoc />
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Add(initialDelay, interval, action, cancelable);

    /// <inheritdoc />
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action,
        ICancelable cancelable) => Add(initialDelay, interval, action.Run, cancelable);

    private Work? TakeDue(TimeSpan end)
    {
        lock (_gate)
        {
            if (!_work.TryPeek(out var work, out _) || work.Due > end) return null;
            _work.Dequeue();
            if (work.Due > _elapsed) _elapsed = work.Due;
            return work;
        }
    }

    private void Add(TimeSpan delay, TimeSpan? interval, Action action, ICancelable? cancelable) =>
        Add(new Work(MonotonicClock + delay, interval, action, cancelable));

    private void Add(Work work)
    {
        lock (_gate) _work.Enqueue(work, (work.Due, _number++));
    }

    private sealed record Work(TimeSpan Due, TimeSpan? Interval, Action Action, ICancelable? Cancelable);
}

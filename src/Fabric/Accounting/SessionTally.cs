using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Fabric.Accounting;

/// <summary>
/// The requests of all sessions that one guest's device has had. Each connection counts for itself; those long over are added up.
/// Thread-safe.
/// </summary>
public sealed class SessionTally
{
    // A request may end a moment after its session, so the newest counters are kept as they are.
    private const int Kept = 4;
    private static readonly CameraStatus[] Statuses = Enum.GetValues<CameraStatus>();
    private readonly Lock _lock = new();
    private readonly long[] _past = new long[Statuses.Length];
    private long _pastCommands;
    private long _pastEvents;
    private long _pastEventsLost;
    private readonly List<SessionCounters> _sessions = [];

    /// <summary>A session begins to count.</summary>
    /// <param name="counters">What it counts.</param>
    public void Add(SessionCounters counters)
    {
        lock (_lock)
        {
            if (_sessions.Count == Kept)
            {
                for (var i = 0; i < Statuses.Length; i++) _past[i] += _sessions[0].Requests(Statuses[i]);
                _pastCommands += _sessions[0].Commands;
                _pastEvents += _sessions[0].Events;
                _pastEventsLost += _sessions[0].EventsLost;
                _sessions.RemoveAt(0);
            }

            _sessions.Add(counters);
        }
    }

    /// <summary>Commands answered.</summary>
    public long Commands
    {
        get
        {
            lock (_lock) return _pastCommands + _sessions.Sum(static session => session.Commands);
        }
    }

    /// <summary>Events written to the guest.</summary>
    public long Events
    {
        get
        {
            lock (_lock) return _pastEvents + _sessions.Sum(static session => session.Events);
        }
    }

    /// <summary>Events joined to others or dropped, because the guest offered no buffers.</summary>
    public long EventsLost
    {
        get
        {
            lock (_lock) return _pastEventsLost + _sessions.Sum(static session => session.EventsLost);
        }
    }

    /// <summary>Requests that ended with a status.</summary>
    /// <param name="status">The status.</param>
    public long this[CameraStatus status]
    {
        get
        {
            lock (_lock) return _past[Array.IndexOf(Statuses, status)] + _sessions.Sum(session => session.Requests(status));
        }
    }

    /// <summary>The counts that are not zero, by status.</summary>
    public ImmutableArray<ReasonCount> Report() =>
        [.. Statuses.Select(status => new ReasonCount(status.ToString(), this[status])).Where(static count => count.Count != 0)];
}

using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>What a session has done. Any thread may read; the numbers of one moment need not agree with one another.</summary>
public sealed class SessionCounters
{
    private readonly long[] _requests = new long[(int)CameraStatus.NotApplied + 1];
    private long _commands;
    private long _events;
    private long _eventsLost;

    /// <summary>Commands answered.</summary>
    public long Commands => Volatile.Read(ref _commands);

    /// <summary>Events written to the guest.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>Events joined to others or dropped because the guest offered no buffers.</summary>
    public long EventsLost => Volatile.Read(ref _eventsLost);

    /// <summary>Requests ended with a status, refused ones included.</summary>
    public long Requests(CameraStatus status) => (uint)status < (uint)_requests.Length ? Volatile.Read(ref _requests[(int)status]) : 0;

    /// <summary>Requests ended, whatever the status.</summary>
    public long RequestsEnded
    {
        get
        {
            long sum = 0;
            for (var i = 0; i < _requests.Length; i++) sum += Volatile.Read(ref _requests[i]);
            return sum;
        }
    }

    internal void CountRequest(CameraStatus status) => Interlocked.Increment(ref _requests[Math.Min((int)status, _requests.Length - 1)]);

    internal void CountCommand() => Interlocked.Increment(ref _commands);

    internal void CountEvent() => Interlocked.Increment(ref _events);

    internal void CountLostEvent() => Interlocked.Increment(ref _eventsLost);
}

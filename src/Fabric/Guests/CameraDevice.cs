using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// A guest's camera as its vhost-user connection sees it: passes what happens to the rings on to their actors. Called on the connection's
/// thread,
/// which may wait, for a bounded time, when a ring stops.
/// </summary>
internal sealed partial class CameraDevice : IVhostUserDevice
{
    private readonly string _name;
    private readonly DeviceFace _face;
    private readonly SessionSeat _seat;
    private readonly IActorRef _session;
    private readonly ImmutableArray<IActorRef> _queues;
    private readonly ImmutableArray<KickFlag> _kicks;
    private readonly TimeSpan _stopTimeout;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private QueueStop? _stopping;
    private bool _isAbandoned;

    /// <summary>A device over its actors.</summary>
    public CameraDevice(
        string name, DeviceFace face, SessionSeat seat, IActorRef session, ImmutableArray<IActorRef> queues, ImmutableArray<KickFlag> kicks,
        TimeSpan stopTimeout, ILogger logger)
    {
        _name = name;
        _face = face;
        _seat = seat;
        _session = session;
        _queues = queues;
        _kicks = kicks;
        _stopTimeout = stopTimeout;
        _logger = logger;
    }

    /// <inheritdoc/>
    public ulong Features => _face.Features;

    /// <inheritdoc/>
    public int QueueCount => _face.QueueCount;

    /// <inheritdoc/>
    public int MaximumQueueSize => _face.MaximumQueueSize;

    /// <inheritdoc/>
    public ImmutableArray<long> SharedMemoryBytes => _face.SharedMemoryBytes;

    /// <inheritdoc/>
    public int ConfigLength => _face.ConfigLength;

    /// <inheritdoc/>
    public int SavedStateBytes => _face.SavedStateBytes;

    // Before the queues' actors hear of their queues, so that the session knows before the first chain comes.
    /// <inheritdoc/>
    public void SavedStateAttached(SavedState state, bool isFresh) =>
        _session.Tell(new SavedStateGiven(state, isFresh), ActorRefs.NoSender);

    /// <inheritdoc/>
    public void ReadConfig(Span<byte> whole) => _seat.Session?.ReadConfig(whole);

    /// <inheritdoc/>
    public bool TryWriteConfig(int offset, ReadOnlySpan<byte> data) => false;

    /// <inheritdoc/>
    public void FeaturesNegotiated(ulong features) => _seat.Features = features;

    /// <inheritdoc/>
    public void QueueStarted(Virtqueue queue) => _queues[queue.Index].Tell(new QueueStarted(queue), ActorRefs.NoSender);

    /// <inheritdoc/>
    public void QueueKicked(int index)
    {
        if (_kicks[index].Raise()) _queues[index].Tell(Kicked.Message, ActorRefs.NoSender);
    }

    /// <inheritdoc/>
    public void QueueStopping(Virtqueue queue)
    {
        if (!Await(new QueueStop(queue), _queues[queue.Index])) LogNotGivenBack(_name, queue.Index, queue.Held, _stopTimeout.TotalSeconds);
    }

    /// <inheritdoc/>
    public void Reset()
    {
        if (!Await(new QueueStop(null), _session)) LogNotReset(_name, _stopTimeout.TotalSeconds);
    }

    /// <summary>Its actors are gone, and have given back what they held: nobody is waited for any more. Any thread.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _isAbandoned = true;
            _stopping?.Done();
        }
    }

    private bool Await(QueueStop stop, IActorRef whom)
    {
        lock (_lock)
        {
            if (_isAbandoned) return true;
            _stopping = stop;
        }

        whom.Tell(stop, ActorRefs.NoSender);
        var inTime = stop.Wait(_stopTimeout);
        lock (_lock) _stopping = null;
        return inTime;
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Device}: queue {Queue} stops with {Held} chains held after {Timeout} s; they are abandoned")]
    private partial void LogNotGivenBack(string device, int queue, int held, double timeout);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Device}: the reset was not finished within {Timeout} s")]
    private partial void LogNotReset(string device, double timeout);
}

using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fuzz.Chains;
using CameraFabric.Fuzz.Targets;
using CameraFabric.Platform;

namespace CameraFabric.Fuzz.Messages;

/// <summary>A camera session served on the connection's own thread: it keeps event buffers and requests, as the real device does.</summary>
internal sealed class FuzzDevice : IVhostUserDevice
{
    private readonly Virtqueue?[] _queues = new Virtqueue?[CameraWire.QueueCount];
    private readonly FuzzHost _host = new();
    private readonly CameraSession _session;
    private readonly Observations _seen;
    private readonly Action<int> _act;

    public FuzzDevice(Observations seen, Action<int> act)
    {
        _seen = seen;
        _act = act;
        var options = new CameraSessionOptions { SessionId = 7, MaximumBuffers = 8, MaximumCommandBytes = 4096, MaximumQueuedEvents = 16 };
        _session = new CameraSession(options, FuzzCamera.Profiles[0], SessionRole.Owner, _host, new ManualFrameClock(5_000_000_000));
    }

    public VhostUserBackend? Backend { get; set; }

    public ulong Features => 0;

    public int QueueCount => CameraWire.QueueCount;

    public int MaximumQueueSize => CameraWire.MaximumQueueSize;

    public int ConfigLength => CameraConfig.Bytes;

    public int Running => _queues.Count(queue => queue is not null);

    public CameraSession Session => _session;

    public void ReadConfig(Span<byte> whole) => _session.ReadConfig(whole);

    /// <summary>
    /// The real device's space is for reading alone. Here a write is how the guest's own doings come in between the messages.
    /// </summary>
    public bool TryWriteConfig(int offset, ReadOnlySpan<byte> data)
    {
        if (offset != 0 || data.Length != sizeof(int)) return false;
        _act(BitConverter.ToInt32(data));
        return true;
    }

    public void FeaturesNegotiated(ulong features) => _seen.See(40, (uint)(features >> 24));

    public void QueueStarted(Virtqueue queue)
    {
        if (_queues[queue.Index] is not null) throw new FindingException($"queue {queue.Index} starts and runs already");
        _queues[queue.Index] = queue;
        _seen.See(41, (uint)queue.Index, (uint)System.Numerics.BitOperations.Log2((uint)queue.Size));
    }

    public void QueueKicked(int index)
    {
        if (_queues[index] is not { } queue) throw new FindingException($"queue {index} is kicked and does not run");
        _seen.State = (uint)_session.State | ((uint)Running << 3);
        try
        {
            while (_session.State != SessionState.Broken && queue.TryPop() is { } chain)
            {
                _seen.See(42, (uint)index);
                switch (index)
                {
                    case CameraWire.ControlQueue: _session.OnCommand(chain); break;
                    case CameraWire.EventQueue: _session.OnEventBuffer(chain); break;
                    default: _session.OnRequest(chain); break;
                }

                while (_host.Answer(_session, 0, CameraStatus.Ok))
                {
                }
            }
        }
        catch (VirtqueueException e)
        {
            Backend!.Break(e.Message);
        }

        if (_host.Violation is { } violation) Backend!.Break(violation);
    }

    public void QueueStopping(Virtqueue queue)
    {
        if (_queues[queue.Index] != queue) throw new FindingException($"queue {queue.Index} stops and does not run");
        _queues[queue.Index] = null;
        _session.OnQueueStopping(queue.Index);
        _seen.See(43, (uint)queue.Index, queue.Held == 0 ? 0u : 1);
        if (_session.State != SessionState.Broken && queue.Held > 0)
        {
            throw new FindingException($"queue {queue.Index} still holds {queue.Held} chains after they were to be given back");
        }
    }

    public void Reset()
    {
        _seen.See(44, (uint)Running);
        _session.Stop();
        while (_host.Answer(_session, 0, CameraStatus.Ok))
        {
        }
    }
}

using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Guest.Tests.Camera;
using CameraFabric.Platform;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Capture;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Guest.Tests.Program;

/// <summary>
/// The real session on a real synthetic camera, with one lock in the place of the fabric's actors: what our guest meets, less the actors.
/// </summary>
internal sealed class SessionDevice : IVhostUserDevice, ICameraSessionHost, IFrameSink, IDisposable
{
    private readonly Lock _gate = new();
    private readonly VhostUserBackend _backend;
    private readonly Thread _thread;
    private readonly CameraSession _session;
    private readonly SyntheticSensor _sensor;
    private readonly Queue<Action> _answers = [];
    private readonly List<FrameRequest> _armed = [];
    private readonly List<Task> _ending = [];
    private readonly Virtqueue?[] _queues = new Virtqueue?[CameraWire.QueueCount];
    private ControlSchedule? _schedule;
    private FramePool? _pool;
    private CaptureLoop? _loop;
    private StreamConfiguration? _configuration;
    private ulong _last;

    public SessionDevice(UnixSocket socket, SyntheticOptions options, SessionRole role)
    {
        _sensor = new SyntheticSensor(new SensorContext("front", FrameClock.System, 1), options);
        _session = new CameraSession(new CameraSessionOptions { SessionId = 1, MayAcquire = true }, _sensor.Profile, role, this,
            FrameClock.System);
        _backend = new VhostUserBackend(socket, this, new VhostUserOptions(), NullLogger.Instance);
        _thread = new Thread(() => _backend.Run()) { IsBackground = true };
        _thread.Start();
    }

    public ulong Features => 0;

    public int QueueCount => CameraWire.QueueCount;

    public int MaximumQueueSize => CameraWire.MaximumQueueSize;

    public int ConfigLength => CameraConfig.Bytes;

    /// <summary>What the session said against the guest.</summary>
    public List<string> Violations { get; } = [];

    public void ReadConfig(Span<byte> whole)
    {
        lock (_gate) _session.ReadConfig(whole);
    }

    public bool TryWriteConfig(int offset, ReadOnlySpan<byte> data) => false;

    public void FeaturesNegotiated(ulong features)
    {
    }

    public int SavedStateBytes => CameraSession.SavedStateBytes;

    public void SavedStateAttached(SavedState state, bool isFresh)
    {
        lock (_gate) _session.OnSavedState(state, isFresh);
    }

    public void QueueStarted(Virtqueue queue) => _queues[queue.Index] = queue;

    public void QueueStopping(Virtqueue queue)
    {
        lock (_gate)
        {
            _session.OnQueueStopping(queue.Index);
            _queues[queue.Index] = null;
        }
    }

    public void Reset()
    {
        lock (_gate) _session.Stop();
    }

    public void QueueKicked(int index)
    {
        lock (_gate)
        {
            while (_queues[index]?.TryPop() is { } chain)
            {
                if (index == CameraWire.ControlQueue) _session.OnCommand(chain);
                else if (index == CameraWire.EventQueue) _session.OnEventBuffer(chain);
                else _session.OnRequest(chain);
                Answer();
            }
        }
    }

    public void Configure(ulong ticket, StreamConfiguration wanted)
    {
        _configuration = wanted;
        _answers.Enqueue(() => _session.OnConfigured(ticket, CameraStatus.Ok, wanted));
    }

    public void Start(ulong ticket, ImmutableArray<ControlEntry> initial) => _answers.Enqueue(() =>
    {
        var configuration = _configuration!;
        _sensor.Configure(configuration);
        _schedule = new ControlSchedule(_sensor.Profile.Controls, interleaved: false);
        _schedule.SetGlobal(initial.AsSpan());
        _pool = new FramePool("test", configuration.Layout().TotalBytes, 4);
        _loop = new CaptureLoop("front", _sensor, _pool, configuration, 1, _schedule, this, FrameClock.System, new CaptureOptions());
        _loop.Start();
        _session.OnStarted(ticket, CameraStatus.Ok);
    });

    public void Stop(ulong ticket)
    {
        // The capture thread may be waiting for our lock: it is told to stop on another thread, and awaited at the end alone.
        if (_loop is { } loop) _ending.Add(Task.Run(() => End(loop)));
        _loop = null;
        _answers.Enqueue(() => _session.OnStopped(ticket));
    }

    public void SetGlobalControls(ulong ticket, ImmutableArray<ControlEntry> controls) =>
        _answers.Enqueue(() => _session.OnControlsSet(ticket, CameraStatus.Ok));

    public void AcquireOwner(ulong ticket, bool force) =>
        _answers.Enqueue(() => _session.OnOwner(ticket, CameraStatus.Ok, SessionRole.Owner));

    public void ReleaseOwner(ulong ticket) => _answers.Enqueue(() => _session.OnOwner(ticket, CameraStatus.Ok, SessionRole.Observer));

    public void Arm(FrameRequest request) => _armed.Add(request);

    public void SubmitControls(ControlSet set) => _schedule!.Submit(set);

    public void CancelControls(ulong setId) => _schedule?.Cancel(setId);

    public void MapPool(ulong ticket, int frameBytes)
    {
    }

    public void UnmapPool()
    {
    }

    public void ConfigChanged() => _backend.NotifyConfigChange();

    public void Violation(string reason) => Violations.Add(reason);

    public void Published(Frame frame)
    {
        lock (_gate)
        {
            TellSkipped(frame.Header.Sequence);
            _armed.RemoveAll(request => request.State != RequestState.Waiting);
            var at = _armed.FindIndex(request => request.Takes(frame.Header));
            if (at < 0 || !Deliver(_armed[at], frame)) _session.OnFramesDropped(1, DropReason.NoRequest, frame.Header.Sequence);
            _session.OnTick();
            Answer();
        }

        frame.Return();
    }

    public void Lost(ulong sequence, ulong controlSet, FrameLossReason reason)
    {
        lock (_gate)
        {
            TellSkipped(sequence);
            _session.OnFramesDropped(1, DropReason.Overrun, sequence);
        }
    }

    public void Faulty(FrameFault fault, ulong sequence, ulong controlSet)
    {
    }

    public void ControlSetLost(in ControlSetLoss loss)
    {
        lock (_gate) _session.OnControlSetLost(loss);
    }

    public void Ended()
    {
    }

    public void Failed(Exception error) => Violations.Add(error.Message);

    public void Dispose()
    {
        _backend.Stop();
        _thread.Join();
        // From here on nobody starts or stops the camera; as long as it runs, it needs all the rest.
        if (_loop is not null) End(_loop);
        Task.WaitAll(_ending);
        _backend.Dispose();
        _sensor.Dispose();
        _pool?.Dispose();
    }

    private static void End(CaptureLoop loop)
    {
        loop.Stop(CameraBench.Patience);
        loop.Dispose();
    }

    private bool Deliver(FrameRequest request, Frame frame)
    {
        if (!request.TryClaim()) return false;
        _armed.Remove(request);
        if (!request.BeginWrite())
        {
            request.Fail(CameraStatus.Cancelled);
            return false;
        }

        var pixels = frame.Pixels;
        for (var i = 0; i < request.TargetCount && !pixels.IsEmpty; i++)
        {
            var target = request.Target(i).Writable;
            var part = pixels[..Math.Min(target.Length, pixels.Length)];
            part.CopyTo(target);
            pixels = pixels[part.Length..];
        }

        request.EndWrite();
        request.Complete(frame);
        _session.OnRequestCompleted(request);
        return true;
    }

    /// <summary>A sensor on a busy machine misses edges: their frames never were.</summary>
    private void TellSkipped(ulong sequence)
    {
        if (_last != 0 && sequence > _last + 1) _session.OnFramesDropped((int)(sequence - _last - 1), DropReason.Source, sequence - 1);
        _last = sequence;
    }

    private void Answer()
    {
        while (_answers.TryDequeue(out var answer)) answer();
    }
}

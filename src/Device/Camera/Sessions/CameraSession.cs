using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// One guest's camera device (docs/virtio-camera.md): takes its chains, keeps its state, answers. A state machine without threads: one
/// thread at a time calls it (but see
/// <see cref="ReadConfig"/>), no call blocks, and time passes only by <see cref="OnTick"/>. What it needs of the camera it asks of the
/// <see cref="ICameraSessionHost"/>.
/// </summary>
public sealed partial class CameraSession : IGuestSession
{
    private readonly SessionContext _session;
    private readonly BufferRegistry _buffers;
    private readonly ControlDesk _controls;
    private readonly EventDesk _events;
    private readonly RequestDesk _requests;
    private readonly CommandDesk _commands;
    private readonly SessionKeeper _keeper;
    private readonly SessionRecovery _recovery;
    private byte[] _config;

    /// <summary>A session that has just been connected: idle, no configuration.</summary>
    /// <param name="options">Its limits.</param>
    /// <param name="profile">The camera's description.</param>
    /// <param name="role">What the guest may do from the start.</param>
    /// <param name="host">Who answers what the session asks of the camera.</param>
    /// <param name="clock">The clock of every time stamp.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message lists all that are.</exception>
    public CameraSession(CameraSessionOptions options, CameraProfile profile, SessionRole role, ICameraSessionHost host, FrameClock clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(clock);
        var errors = options.Validate();
        if (errors.Count > 0) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        _session = new SessionContext(options, profile, role, host, clock);
        _buffers = new BufferRegistry(options);
        _controls = new ControlDesk(_session);
        _keeper = new SessionKeeper(_session, _buffers, _controls);
        _events = new EventDesk(_session) { Sending = _keeper.KeepEvent };
        _requests = new RequestDesk(_session, _buffers, _controls);
        _commands = new CommandDesk(_session, _buffers, _requests, _controls, _events, _keeper) { RoleChanged = AnnounceConfig };
        _recovery = new SessionRecovery(_session, _buffers, _controls, _events, _keeper) { Ended = GoOn };
        _config = RenderConfig();
    }

    /// <summary>Where it is in its life.</summary>
    public SessionState State => _session.State;

    /// <summary>What the guest may do now.</summary>
    public SessionRole Role => _session.Role;

    /// <summary>The generation of the configuration in force; 0 if there is none.</summary>
    public uint Generation => _session.Generation;

    /// <summary>The configuration in force, if there is one.</summary>
    public StreamConfiguration? Configuration => _session.Configuration;

    /// <summary>What it has done.</summary>
    public SessionCounters Counters => _session.Counters;

    /// <inheritdoc/>
    public bool HasOutdatedPool => _session.Leases.TakeOutdated();

    /// <summary>The frames that the guest holds in place. Any thread.</summary>
    public LeaseLedger Leases => _session.Leases;

    /// <summary>Requests held. Any thread.</summary>
    public int InFlight => _requests.Line.Count;

    /// <summary>Buffers attached, those not yet whole included.</summary>
    public int AttachedBuffers => _buffers.Count;

    /// <summary>Bytes of guest memory attached.</summary>
    public long AttachedBytes => _buffers.Bytes;

    /// <summary>Events that wait for the guest to offer buffers.</summary>
    public int QueuedEvents => _events.Waiting;

    /// <summary>
    /// When <see cref="OnTick"/> is wanted next, in nanoseconds of the frame clock: 0, about every 10 ms, while a command or a recovery waits;
    /// the earliest deadline while requests do; <see cref="long.MaxValue"/> if nothing waits.
    /// </summary>
    public long NextTick => _commands.IsWaiting || _recovery.IsWaiting ? 0 : InFlight > 0 ? _requests.NextDeadline : long.MaxValue;

    /// <summary>Whether commands wait for nothing but their turn, so that <see cref="Resume"/> is wanted.</summary>
    public bool HasCommands => _commands.HasMore;

    /// <inheritdoc/>
    public void OnChain(DescriptorChain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        switch (chain.Queue.Index)
        {
            case CameraWire.ControlQueue: OnCommand(chain); break;
            case CameraWire.EventQueue: OnEventBuffer(chain); break;
            case CameraWire.RequestQueue: OnRequest(chain); break;
        }
    }

    /// <summary>A chain of the control queue.</summary>
    public void OnCommand(DescriptorChain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        _recovery.Begin(chain.Memory);
        if (State != SessionState.Broken) BreakIf(_commands.Take(chain));
        RefreshConfig();
    }

    /// <summary>A chain of the request queue.</summary>
    public void OnRequest(DescriptorChain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        _recovery.Begin(chain.Memory);
        if (State == SessionState.Broken) return;
        BreakIf(_requests.Take(chain));
        Settle();
    }

    /// <summary>A chain of the event queue.</summary>
    public void OnEventBuffer(DescriptorChain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        _recovery.Begin(chain.Memory);
        if (State == SessionState.Broken || _events.Offer(chain)) return;
        BreakIf($"event queue: a buffer of {chain.WritableBytes} writable bytes; an event needs {CameraWire.MinimumEventBytes}");
    }

    /// <summary>Answers <see cref="ICameraSessionHost.Configure"/>.</summary>
    /// <param name="ticket">The ask's ticket.</param>
    /// <param name="status">Whether it was done.</param>
    /// <param name="given">With OK: what the camera does now.</param>
    public void OnConfigured(ulong ticket, CameraStatus status, StreamConfiguration? given)
    {
        if (!_recovery.Configured(ticket, status, given)) _commands.Configured(ticket, status, given);
        RefreshConfig();
    }

    /// <summary>Answers <see cref="ICameraSessionHost.Start"/>.</summary>
    public void OnStarted(ulong ticket, CameraStatus status)
    {
        if (!_recovery.Started(ticket, status)) _commands.Started(ticket, status);
        RefreshConfig();
    }

    /// <summary>Answers <see cref="ICameraSessionHost.Stop"/>.</summary>
    public void OnStopped(ulong ticket, CameraStatus status = CameraStatus.Ok)
    {
        _commands.Stopped(ticket, status);
        RefreshConfig();
    }

    /// <summary>Answers <see cref="ICameraSessionHost.SetGlobalControls"/>.</summary>
    public void OnControlsSet(ulong ticket, CameraStatus status)
    {
        if (!_recovery.ControlsSet(ticket, status)) _commands.ControlsSet(ticket, status);
        RefreshConfig();
    }

    /// <summary>Answers <see cref="ICameraSessionHost.MapPool"/>.</summary>
    /// <param name="ticket">The ask's ticket.</param>
    /// <param name="status">Whether it was done.</param>
    /// <param name="pool">With OK: what is mapped now.</param>
    public void OnPoolMapped(ulong ticket, CameraStatus status, SharedPool? pool)
    {
        _commands.PoolMapped(ticket, status, pool);
        RefreshConfig();
    }

    /// <summary>
    /// Answers <see cref="ICameraSessionHost.AcquireOwner"/> and <see cref="ICameraSessionHost.ReleaseOwner"/>; with ticket 0 it is news.
    /// </summary>
    /// <param name="ticket">The ask's ticket, or 0.</param>
    /// <param name="status">Whether it was done.</param>
    /// <param name="role">With OK: the role from now on.</param>
    /// <param name="isForced">The ownership was lost because another took it by force.</param>
    public void OnOwner(ulong ticket, CameraStatus status, SessionRole role, bool isForced = false)
    {
        if (!_recovery.OwnerChanged(ticket, status, role)) _commands.OwnerChanged(ticket, status, role, isForced);
        RefreshConfig();
    }

    /// <summary>The delivery side has ended a request and let go of it: it may be used again.</summary>
    public void OnRequestCompleted(FrameRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _requests.Line.Report((ChainRequest)request);
        Settle();
    }

    /// <summary>A control set will come with no frame: its request ends.</summary>
    public void OnControlSetLost(in ControlSetLoss loss) => _requests.SetLost(loss);

    /// <summary>What the camera does now, whoever configured it; null for nothing. It is what an observer is given.</summary>
    public void OnCameraConfiguration(StreamConfiguration? current)
    {
        _session.CameraConfiguration = current;
        _recovery.CameraMoved(current);
    }

    /// <summary>The camera's source was lost, is back, or is another.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="frame">The last frame before it; 0 if that is not known.</param>
    /// <param name="profile">With <see cref="SourceEvent.Changed"/>: the new profile.</param>
    /// <param name="fault">With <see cref="SourceEvent.Lost"/>: why, if that is known.</param>
    /// <exception cref="ArgumentException">Changed without a profile.</exception>
    public void OnSource(SourceEvent what, ulong frame = 0, CameraProfile? profile = null, SourceFault fault = SourceFault.None)
    {
        if (State == SessionState.Broken) return;
        switch (what)
        {
            case SourceEvent.Lost:
                _session.SourcePresent = false;
                _requests.CancelAll(CameraStatus.NoSource);
                break;
            case SourceEvent.Back:
                _session.SourcePresent = true;
                break;
            case SourceEvent.Changed:
                if (profile is null) throw new ArgumentException("a changed source has a profile", nameof(profile));
                _recovery.Cancel();
                _session.SourcePresent = true;
                _requests.CancelAll(CameraStatus.NoSource);
                _commands.Reset(CameraStatus.Stale);
                _controls.Forget();
                _session.ChangeProfile(profile);
                break;
        }

        _events.Post(CameraEventType.Source, (uint)what, (uint)fault, frame);
        AnnounceConfig();
        _commands.Resume();
        RefreshConfig();
    }

    /// <summary>Something is wrong with the source, which goes on all the same.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="frame">The frame that shows it; 0 if none does.</param>
    public void OnSourceFault(SourceFault fault, ulong frame)
    {
        if (State != SessionState.Broken) _events.Post(CameraEventType.Source, (uint)SourceEvent.Fault, (uint)fault, frame);
    }

    /// <summary>Controls changed that this guest did not change.</summary>
    /// <param name="frame">The first frame with the new values.</param>
    /// <param name="changed">The new values.</param>
    public void OnControlsChanged(ulong frame, ReadOnlySpan<ControlEntry> changed)
    {
        _controls.Remember(changed);
        if (State != SessionState.Broken) _events.PostChanged(frame, changed);
    }

    /// <summary>Frames of the camera that this guest did not get.</summary>
    /// <param name="count">How many.</param>
    /// <param name="reason">Why.</param>
    /// <param name="lastFrame">The last of them.</param>
    public void OnFramesDropped(int count, DropReason reason, ulong lastFrame)
    {
        if (State != SessionState.Broken && count > 0) _events.Post(CameraEventType.FrameDrop, (uint)reason, (uint)count, lastFrame);
    }

    /// <summary>The camera should give frames and gives none.</summary>
    public void OnStreamTimeout(ulong lastFrame)
    {
        if (State == SessionState.Streaming) _events.Post(CameraEventType.Stream, (uint)StreamEvent.Timeout, frame: lastFrame);
    }

    /// <summary>Goes on with the commands that wait, some of them at most; see <see cref="HasCommands"/>.</summary>
    public void Resume()
    {
        _commands.Resume();
        RefreshConfig();
    }

    /// <summary>Time has passed: gives up what waited too long. At <see cref="NextTick"/>.</summary>
    public void OnTick()
    {
        _recovery.Expire();
        _requests.Expire();
        _commands.Expire();
        RefreshConfig();
    }

    /// <summary>
    /// A queue is about to stop while the device lives on (a guest that pauses): its chains go back, cancelled; configuration, buffers and
    /// role stay.
    /// </summary>
    /// <param name="queue"><see cref="CameraWire.ControlQueue"/>, <see cref="CameraWire.EventQueue"/> or
    /// <see cref="CameraWire.RequestQueue"/>.</param>
    public void OnQueueStopping(int queue)
    {
        switch (queue)
        {
            case CameraWire.ControlQueue: _commands.GiveBack(); break;
            case CameraWire.EventQueue: _events.GiveBack(forget: false); break;
            case CameraWire.RequestQueue:
                _requests.GiveBack();
                Settle();
                break;
        }
    }

    /// <summary>
    /// Device reset or disconnect: every chain goes back, everything asked of the camera is undone, and the session is as in the beginning.
    /// </summary>
    public void Stop()
    {
        _keeper.Detach();
        _recovery.Cancel();
        _commands.GiveBack();
        _commands.Reset(CameraStatus.Cancelled);
        _events.GiveBack(forget: true);
        _requests.Reset();
        if (_session.HasAcquired) _session.Host.ReleaseOwner(_session.NextTicket());
        _session.ForgetTickets();
        _session.ResetRole();
        RefreshConfig();
    }

    // STOP and FLUSH may have waited for a request; the commands behind them may change what the configuration space says.
    private void Settle()
    {
        if (!_commands.IsWaiting) return;
        _commands.Settle();
        RefreshConfig();
    }

    private void BreakIf(string? violation)
    {
        if (violation is null) return;

        // What was in force stays kept: a front-end that brings the rings back all the same must not find less than its guest was told.
        _keeper.Detach();
        _recovery.Cancel();
        _commands.GiveBack();
        _commands.Reset(CameraStatus.Cancelled);
        _events.GiveBack(forget: true);
        _session.State = SessionState.Broken;
        RefreshConfig();
        _session.Host.Violation(violation);
    }
}

using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// Puts back in force what an earlier life of the device had kept for its guest (docs/recovery.md): role, configuration, buffers, controls,
/// stream, in this order and each through the checks that its command went through, for the memory is the front-end's. All of it or none:
/// else the guest is told that the source is another, and configures anew. Session thread only.
/// </summary>
internal sealed class SessionRecovery(
    SessionContext session, BufferRegistry buffers, ControlDesk controls, EventDesk events, SessionKeeper keeper)
{
    private static readonly long OwnerPause = Nanoseconds(TimeSpan.FromMilliseconds(20));

    private Step _step;
    private ulong _ticket;
    private long _deadline;
    private long _ownerDeadline;
    private long _ownerRetry = long.MaxValue;
    private SavedSessionReader? _saved;
    private MemoryTable? _memory;
    private StreamConfiguration? _configuration;
    private SessionRole _roleBefore;
    private bool _isOther;

    /// <summary>What is waited for.</summary>
    private enum Step
    {
        None,

        /// <summary>The first chain, because it brings the guest's memory.</summary>
        Chain,
        Owner,
        Configured,

        /// <summary>Somebody else brings the camera into the configuration.</summary>
        Camera,
        Controls,
        Started,
    }

    /// <summary>Everything is as it will be: what waited can go on.</summary>
    public Action? Ended { get; set; }

    /// <summary>Whether time has to pass.</summary>
    public bool IsWaiting => _step > Step.Chain;

    /// <summary>Something may have been left: the first chain begins.</summary>
    public void Arm()
    {
        _step = Step.Chain;
        session.IsRestoring = true;
    }

    /// <summary>A chain has come.</summary>
    public void Begin(MemoryTable memory)
    {
        if (_step != Step.Chain) return;
        _memory = memory;
        _roleBefore = session.Role;
        _saved = keeper.Load(out var lastEvent);
        _isOther = false;
        // News of the role from before are measured against a role that the guest does not think it has.
        events.Continue(lastEvent);
        var now = session.Clock.Now;
        _deadline = now + Nanoseconds(session.Options.RestoreTimeout);
        _ownerDeadline = now + Nanoseconds(session.Options.RestoreTimeout) / 4;
        if (_saved is not { Session: var kept })
        {
            // Whatever was given out: a number that rises with the machine's time is none of them.
            session.ContinueAfter((uint)(now >> 20), (ulong)now);
            Fail();
            return;
        }

        _roleBefore = (SessionRole)kept.Role;
        session.ContinueAfter(kept.LastGeneration, kept.CapabilityGeneration);
        _isOther = kept.CapabilityChecksum != session.ChecksumCapabilities();
        if (_isOther || (kept.State != SavedSession.Idle && !TryPrepare(kept))) Fail();
        else RestoreRole();
    }

    /// <summary>An answer of the camera, if it is one to what was asked here.</summary>
    public bool Configured(ulong ticket, CameraStatus status, StreamConfiguration? given)
    {
        if (!IsAnswer(ticket, Step.Configured)) return false;
        if (status != CameraStatus.Ok) Fail();
        else if (given != _configuration) _step = Step.Camera;
        else RestoreControls();
        return true;
    }

    /// <summary>The camera does this now.</summary>
    public void CameraMoved(StreamConfiguration? current)
    {
        if (_step == Step.Camera && current == _configuration) Configure();
    }

    /// <inheritdoc cref="Configured"/>
    public bool ControlsSet(ulong ticket, CameraStatus status)
    {
        if (!IsAnswer(ticket, Step.Controls)) return false;
        if (status == CameraStatus.Ok) Start();
        else Fail();
        return true;
    }

    /// <inheritdoc cref="Configured"/>
    public bool Started(ulong ticket, CameraStatus status)
    {
        if (!IsAnswer(ticket, Step.Started)) return false;
        if (status == CameraStatus.Ok) Succeed();
        else Fail();
        return true;
    }

    /// <summary>An answer about the role, or news of it.</summary>
    public bool OwnerChanged(ulong ticket, CameraStatus status, SessionRole role)
    {
        if (_step == Step.None || session.IsForgotten(ticket)) return false;
        if (status == CameraStatus.Ok) session.Role = role;
        if (!IsAnswer(ticket, Step.Owner)) return true;
        // Who took it meanwhile may be about to give it back: after a restart everybody returns at the same time, in any order.
        if (status == CameraStatus.Busy && session.Clock.Now < _ownerDeadline) _ownerRetry = session.Clock.Now + OwnerPause;
        else RestoreConfiguration();
        return true;
    }

    /// <summary>Time has passed.</summary>
    public void Expire()
    {
        if (!IsWaiting) return;
        var now = session.Clock.Now;
        if (now >= _deadline) Fail();
        else if (_step == Step.Owner && now >= _ownerRetry) RestoreRole();
    }

    /// <summary>The device is reset, or broken: nothing is restored, and nobody is told.</summary>
    public void Cancel()
    {
        if (_step == Step.None) return;
        Abandon();
        Close();
    }

    private bool TryPrepare(in SavedSession kept)
    {
        if ((kept.Flags & SavedFlags.Incomplete) != 0 || kept.Generation == 0 || kept.State > SavedSession.Streaming) return false;
        _configuration = StreamWire.Wanted(kept.Stream);
        if (session.Profile.Adjust(_configuration) != _configuration) return false;
        var layout = _configuration.Layout();
        return _saved!.Attach((command, entries) => buffers.Attach(command, entries, _memory!, layout)) == CameraStatus.Ok;
    }

    private void RestoreRole()
    {
        _ownerRetry = long.MaxValue;
        var wasOwner = _saved!.Session.Role == (uint)SessionRole.Owner;
        if (wasOwner && session is { Role: SessionRole.Observer, Options.MayAcquire: true })
            session.Host.AcquireOwner(Ask(Step.Owner), force: false);
        else if (!wasOwner && session.Role == SessionRole.Owner) session.Host.ReleaseOwner(Ask(Step.Owner));
        else RestoreConfiguration();
    }

    private void RestoreConfiguration()
    {
        if (_configuration is null) RestoreControls();
        else Configure();
    }

    private void Configure() => session.Host.Configure(Ask(Step.Configured), _configuration!);

    private void RestoreControls()
    {
        var examined = ExaminedControls.None;
        if (session.Steers && controls.Examine(_saved!.Controls, static scope => scope != ControlScope.Frame, isStrict: true, out examined,
                CameraWire.MaximumPacketItems) != CameraStatus.Ok)
        {
            Fail();
            return;
        }

        controls.Remember(examined.Effective.AsSpan());
        if (examined.Effective.IsEmpty) Start();
        else session.Host.SetGlobalControls(Ask(Step.Controls), examined.Effective);
    }

    private void Start()
    {
        if (_saved!.Session.State == SavedSession.Streaming) session.Host.Start(Ask(Step.Started), []);
        else Succeed();
    }

    private void Succeed()
    {
        if (_configuration is { } configuration)
        {
            session.Readopt(configuration, _saved!.Session.Generation);
            if (_saved.Session.State == SavedSession.Streaming) session.State = SessionState.Streaming;
        }

        if (session.State == SessionState.Streaming) events.Post(CameraEventType.Stream, (uint)StreamEvent.Started);
        TellRole();
        Close();
        Ended?.Invoke();
    }

    private void Fail()
    {
        Abandon();
        session.ContinueAfter(session.LastGeneration, session.CapabilityGeneration + 1);
        // Who had nothing has lost nothing; a state that cannot be read may have been anything.
        if (_isOther || _saved is not { Session.State: SavedSession.Idle }) events.Post(CameraEventType.Source, (uint)SourceEvent.Changed);
        TellRole();
        Close();
        Ended?.Invoke();
    }

    private void Abandon()
    {
        if (_step == Step.Started) session.Host.Stop(session.NextTicket());
        buffers.Clear();
        controls.Forget();
    }

    // Measured against what the guest thinks.
    private void TellRole()
    {
        var isOwner = session.Role == SessionRole.Owner;
        if (isOwner == (_roleBefore == SessionRole.Owner)) return;
        events.Post(CameraEventType.Owner, (uint)(isOwner ? OwnerEvent.Gained : OwnerEvent.Lost));
    }

    private void Close()
    {
        (_step, _ticket, _saved, _memory, _configuration) = (Step.None, 0, null, null, null);
        session.IsRestoring = false;
    }

    private ulong Ask(Step step)
    {
        _step = step;
        return _ticket = session.NextTicket();
    }

    private bool IsAnswer(ulong ticket, Step step) => _step == step && ticket == _ticket;

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}

using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>
/// One guest's camera as a virtio media device (virtio 1.4; docs/virtio-media.md): takes its chains, keeps the sessions that it has opened,
/// answers as a V4L2 capture driver would. A state machine without threads, as <see cref="CameraSession"/> is.
/// </summary>
public sealed class MediaSession : IGuestSession
{
    private readonly SortedDictionary<uint, OpenSession> _sessions = [];
    private readonly SessionRole _initialRole;
    private readonly MediaContext _context;
    private readonly FormatDesk _formats;
    private readonly EventLine _events;
    private readonly BufferDesk _buffers;
    private readonly ControlDesk _controls;
    private readonly StreamDesk _stream;
    private readonly MediaCommands _commands;
    private readonly MediaConfig _config;
    private bool _isBroken;

    /// <summary>A session that has just been connected.</summary>
    /// <param name="options">Its limits.</param>
    /// <param name="profile">The camera's description.</param>
    /// <param name="role">What the guest may do from the start.</param>
    /// <param name="host">Who answers what the session asks of the camera.</param>
    /// <param name="clock">The clock of every time stamp.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message lists all that are.</exception>
    public MediaSession(CameraSessionOptions options, CameraProfile profile, SessionRole role, IMediaSessionHost host, FrameClock clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(clock);
        var errors = options.Validate();
        if (errors.Count > 0) throw new ArgumentException(string.Join("; ", errors), nameof(options));
        _initialRole = role;
        _context = new MediaContext(options, profile, role, host, clock);
        _formats = new FormatDesk(_context);
        _events = new EventLine(_context);
        _buffers = new BufferDesk(_context, _formats);
        _controls = new ControlDesk(_context, _events, () => _sessions.Values);
        _stream = new StreamDesk(_context, _formats, _buffers, _events, _controls);
        _commands = new MediaCommands(_context, _formats, _buffers, _stream, _controls, _events, _sessions);
        _config = new MediaConfig(V4l2Capabilities.VideoCapture | V4l2Capabilities.ExtendedPixelFormat | V4l2Capabilities.Streaming, 0,
            Text32.From(profile.Name.Length > 31 ? profile.Name[..31] : profile.Name));
    }

    /// <inheritdoc/>
    public SessionState State => _isBroken ? SessionState.Broken
        : _stream.IsOn ? SessionState.Streaming
        : _buffers.Owner is not null ? SessionState.Configured
        : SessionState.Idle;

    /// <inheritdoc/>
    public SessionRole Role => _context.Role;

    /// <inheritdoc/>
    public SessionCounters Counters => _context.Counters;

    /// <inheritdoc/>
    public int InFlight => _stream.InFlight;

    /// <summary>Sessions that the guest has open.</summary>
    public int OpenSessions => _sessions.Count;

    /// <summary>Events that wait for the guest to offer buffers.</summary>
    public int QueuedEvents => _events.Waiting;

    /// <inheritdoc/>
    public long NextTick => _commands.IsWaiting ? 0 : long.MaxValue;

    /// <inheritdoc/>
    public bool HasCommands => _commands.HasMore;

    /// <inheritdoc/>
    public bool IsRestoring => false;

    /// <inheritdoc/>
    public void ReadConfig(Span<byte> config)
    {
        Span<byte> image = stackalloc byte[MediaConfig.Bytes];
        CameraWire.Write(image, in _config);
        image[..Math.Min(image.Length, config.Length)].CopyTo(config);
    }

    /// <inheritdoc/>
    public void OnChain(DescriptorChain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        if (_isBroken) return;
        if (chain.Queue.Index == MediaWire.EventQueue)
        {
            if (!_events.Offer(chain))
            {
                chain.Queue.Complete(chain, 0);
                Break($"event queue: a buffer of {chain.WritableBytes} writable bytes; an event needs {MediaDequeueEvent.Bytes}");
                return;
            }

            _commands.Settle();
        }
        else
        {
            _stream.Resume(chain.Queue);
            BreakIf(_commands.Take(chain));
        }

        Resume();
    }

    /// <inheritdoc/>
    public void Resume() => BreakIf(_isBroken ? null : _commands.Work());

    /// <inheritdoc/>
    public void OnTick()
    {
        _commands.Expire();
        Resume();
    }

    /// <summary>Nothing is kept over a crash: V4L2 has no way to give a session back to a driver.</summary>
    public void OnSavedState(SavedState state, bool isFresh)
    {
    }

    /// <inheritdoc/>
    public void OnRequestCompleted(FrameRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _stream.Completed((MediaRequest)request);
        _commands.Settle();
        Resume();
    }

    /// <inheritdoc/>
    public void OnQueueStopping(int queue)
    {
        if (queue == MediaWire.EventQueue)
        {
            _events.GiveBack(forget: false);
            return;
        }

        _commands.GiveBack();
        _stream.Pause();
    }

    /// <inheritdoc/>
    public void Stop()
    {
        var wasOn = _stream.IsOn;
        _commands.GiveBack();
        EndEverything(wasOn);
        _context.Role = _initialRole;
    }

    /// <inheritdoc/>
    public void OnConfigured(ulong ticket, CameraStatus status, StreamConfiguration? given)
    {
        _commands.Configured(ticket, status, given);
        Resume();
    }

    /// <inheritdoc/>
    public void OnStarted(ulong ticket, CameraStatus status)
    {
        _commands.Started(ticket, status);
        Resume();
    }

    /// <inheritdoc/>
    public void OnStopped(ulong ticket, CameraStatus status = CameraStatus.Ok)
    {
        _commands.Stopped(ticket);
        Resume();
    }

    /// <inheritdoc/>
    public void OnControlsSet(ulong ticket, CameraStatus status)
    {
        _commands.ControlsSet(ticket, status);
        Resume();
    }

    /// <inheritdoc/>
    public void OnOwner(ulong ticket, CameraStatus status, SessionRole role, bool isForced = false)
    {
        if (status != CameraStatus.Ok || role == _context.Role) return;
        _context.Role = role;
        _controls.TellFlags();
    }

    /// <inheritdoc/>
    public void OnCameraConfiguration(StreamConfiguration? current) => _formats.Camera = current;

    /// <inheritdoc/>
    public void OnSource(SourceEvent what, ulong frame = 0, CameraProfile? profile = null, SourceFault fault = SourceFault.None)
    {
        switch (what)
        {
            case SourceEvent.Lost:
                _context.SourcePresent = false;
                break;
            case SourceEvent.Back:
                _context.SourcePresent = true;
                _stream.ArmQueued();
                break;
            case SourceEvent.Changed:
                _context.SourcePresent = true;
                if (profile is not null && profile != _context.Profile)
                {
                    _context.Profile = profile;
                    _controls.Renew();
                }

                _stream.Spoil();
                break;
            default:
                return;
        }

        if (!_isBroken) _controls.TellSource();
    }

    /// <summary>V4L2 has no event for it; a buffer whose frame is corrupt says so.</summary>
    public void OnSourceFault(SourceFault fault, ulong frame)
    {
    }

    /// <inheritdoc/>
    public void OnControlsChanged(ulong frame, ReadOnlySpan<ControlEntry> changed)
    {
        if (!_isBroken) _controls.Remember(changed, null);
    }

    /// <summary>V4L2 shows it as a gap in the buffers' sequence.</summary>
    public void OnFramesDropped(int count, DropReason reason, ulong lastFrame)
    {
    }

    /// <summary>V4L2 has no event for it.</summary>
    public void OnStreamTimeout(ulong lastFrame)
    {
    }

    /// <summary>Answers <see cref="IMediaSessionHost.Map"/>.</summary>
    /// <param name="ticket">The ask's ticket.</param>
    /// <param name="isDone">Whether the guest sees it.</param>
    public void OnMapped(ulong ticket, bool isDone)
    {
        _commands.MappingDone(ticket, isDone);
        Resume();
    }

    /// <summary>Answers <see cref="IMediaSessionHost.Unmap"/>.</summary>
    /// <param name="ticket">The ask's ticket.</param>
    /// <param name="isDone">Whether it is gone; false: the guest may still see it, and its place is not used again.</param>
    public void OnUnmapped(ulong ticket, bool isDone)
    {
        _commands.UnmappingDone(ticket, isDone);
        Resume();
    }

    private void EndEverything(bool wasOn)
    {
        _stream.End();
        _stream.Pause();
        if (wasOn) _context.Host.Stop(_context.NextTicket());
        _controls.IsStreaming = false;
        _events.GiveBack(forget: true);
        _buffers.Forget();
        _sessions.Clear();
        _formats.Reset();
    }

    private void BreakIf(string? violation)
    {
        if (violation is not null) Break(violation);
    }

    private void Break(string violation)
    {
        var wasOn = _stream.IsOn;
        _commands.GiveBack();
        EndEverything(wasOn);
        _isBroken = true;
        _context.Host.Violation(violation);
    }
}

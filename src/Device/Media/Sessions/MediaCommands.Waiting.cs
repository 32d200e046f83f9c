using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>Commands that wait: for the camera, for the front-end, or for the driver to have looked at its events.</summary>
internal sealed partial class MediaCommands
{
    // How long the driver is given to post its event buffers again. It does so within microseconds, or not at all.
    private static readonly TimeSpan EventPatience = TimeSpan.FromMilliseconds(100);

    /// <summary>What the command at hand waits for.</summary>
    private enum Wait
    {
        None,
        Configuring,
        Starting,
        Stopping,
        Requesting,
        Closing,
        Setting,
        Mapping,
    }

    private bool IsDraining => _pending.Wait is Wait.Stopping or Wait.Requesting or Wait.Closing;

    /// <summary>Gives up the command at hand if its time is over.</summary>
    public void Expire()
    {
        Settle();
        if (IsWaiting && _context.Clock.Now >= _pending.Deadline) GiveUp(MediaStatus.TimedOut);
    }

    /// <summary>A request has ended, or the driver has posted an event buffer: what is being drained may be empty now.</summary>
    public void Settle()
    {
        if (!IsDraining || !_pending.IsAnswered || _stream.InFlight > 0) return;
        if (_events.Unacknowledged > 0 && _context.Clock.Now < _pending.Patience) return;
        Drained();
    }

    public void Configured(ulong ticket, CameraStatus status, StreamConfiguration? given)
    {
        if (!IsAnswerTo(ticket, Wait.Configuring)) return;
        if (status != CameraStatus.Ok || given is null)
        {
            Answer(StatusOf(status));
        }
        else if (given != _formats.Current)
        {
            // Somebody else decides what the camera does, and the buffers were made for something else.
            Answer(MediaStatus.Busy);
        }
        else
        {
            _context.Host.Start(Await(Wait.Starting), []);
        }
    }

    public void Started(ulong ticket, CameraStatus status)
    {
        if (!IsAnswerTo(ticket, Wait.Starting)) return;
        if (status != CameraStatus.Ok)
        {
            Answer(StatusOf(status));
            return;
        }

        _controls.IsStreaming = true;
        Answer(MediaStatus.Ok);
        _stream.Begin();
    }

    public void Stopped(ulong ticket)
    {
        if (!IsDraining || _pending.Ticket != ticket) return;
        _pending = _pending with { IsAnswered = true };
        Settle();
    }

    public void ControlsSet(ulong ticket, CameraStatus status)
    {
        if (!IsAnswerTo(ticket, Wait.Setting)) return;
        if (status == CameraStatus.Ok) _controls.Remember(_setting.AsSpan(), _session);
        _setting = [];
        Answer(StatusOf(status));
    }

    public void MappingDone(ulong ticket, bool isVisible)
    {
        foreach (var area in _buffers.Areas)
        {
            if (area.Ticket != ticket) continue;
            if (!IsAnswerTo(ticket, Wait.Mapping))
            {
                _buffers.Mapped(area, isVisible);
                return;
            }

            area.State = isVisible ? AreaState.Visible : AreaState.Hidden;
            if (isVisible) Mapped(_pending.Buffer!);
            else Answer(MediaStatus.NoMemory);
            return;
        }
    }

    public void UnmappingDone(ulong ticket, bool isDone)
    {
        foreach (var area in _buffers.Areas)
        {
            if (area.Ticket != ticket) continue;
            _buffers.Unmapped(area, isDone);
            return;
        }
    }

    private void Hide(BufferArea area)
    {
        area.Ticket = _context.NextTicket();
        _context.Host.Unmap(area.Ticket, area.Offset, area.Bytes);
    }

    // STREAMOFF, REQBUFS and CLOSE: first no more frames, then nothing on its way into the guest's memory, then a driver that has looked at
    // every event it was sent. It handles those in another thread than the answer; one that it looked at too late would be for a buffer
    // that it has forgotten.
    private void Drain(Wait what)
    {
        var wasOn = _stream.IsOn;
        _stream.End();
        _controls.IsStreaming = false;
        var ticket = Await(what);
        _pending = _pending with
        {
            IsAnswered = !wasOn,
            Patience = _context.Clock.Now + MediaContext.Nanoseconds(EventPatience),
        };
        if (wasOn) _context.Host.Stop(ticket);
        else Settle();
    }

    private void Drained()
    {
        var what = _pending.Wait;
        _buffers.Release();
        switch (what)
        {
            case Wait.Closing:
                _buffers.Free();
                Closed();
                break;
            case Wait.Requesting:
                Answer(_buffers.Request(_session!, _payload.AsSpan(0, _payloadBytes)));
                break;
            default:
                Answer(MediaStatus.Ok);
                break;
        }
    }

    private ulong Await(Wait what)
    {
        var ticket = _context.NextTicket();
        _pending = new Pending(what, ticket, _context.Clock.Now + MediaContext.Nanoseconds(_context.Options.CommandTimeout));
        return ticket;
    }

    private bool IsAnswerTo(ulong ticket, Wait what) => _pending.Wait == what && _pending.Ticket == ticket;

    // What the camera may still do must not surprise the driver later.
    private void GiveUp(MediaStatus status)
    {
        switch (_pending.Wait)
        {
            case Wait.Starting:
                _context.Host.Stop(_context.NextTicket());
                Answer(status);
                break;
            case Wait.Stopping or Wait.Requesting or Wait.Closing when _stream.InFlight == 0:
                Drained();
                break;
            case Wait.Closing:
                // A session cannot stay open. Its buffers are let go of one by one as what is under way ends.
                _buffers.Free();
                Closed();
                break;
            default:
                _buffers.IsHalfStopped |= IsDraining;
                _setting = [];
                Answer(status);
                break;
        }
    }

    private static MediaStatus StatusOf(CameraStatus status) => status switch
    {
        CameraStatus.Ok => MediaStatus.Ok,
        CameraStatus.Invalid or CameraStatus.Unsupported => MediaStatus.Invalid,
        CameraStatus.Busy or CameraStatus.Stale => MediaStatus.Busy,
        CameraStatus.NoMemory => MediaStatus.NoMemory,
        CameraStatus.NotOwner or CameraStatus.Denied => MediaStatus.Access,
        CameraStatus.NoSource => MediaStatus.NoDevice,
        CameraStatus.Timeout => MediaStatus.TimedOut,
        _ => MediaStatus.Io,
    };

    private readonly record struct Pending(Wait Wait, ulong Ticket, long Deadline)
    {
        /// <summary>The camera has answered.</summary>
        public bool IsAnswered { get; init; }

        /// <summary>Until when the driver is given to look at its events.</summary>
        public long Patience { get; init; }

        /// <summary>The buffer that is being mapped.</summary>
        public MediaBuffer? Buffer { get; init; }
    }
}

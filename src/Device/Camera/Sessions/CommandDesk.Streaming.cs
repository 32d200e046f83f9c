using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>START, STOP, FLUSH, RELEASE: and what becomes of a command whose time is over.</summary>
internal sealed partial class CommandDesk
{
    /// <summary>Frames come, or cannot.</summary>
    public void Started(ulong ticket, CameraStatus status)
    {
        if (!IsAnswerTo(ticket, Wait.Started)) return;
        if (status == CameraStatus.Ok)
        {
            _session.State = SessionState.Streaming;
            _controls.Remember(_setting.Effective.AsSpan());
            _events.Post(CameraEventType.Stream, (uint)StreamEvent.Started);
            Answer(CameraStatus.Ok);
            _requests.ArmQueued();
        }
        else
        {
            Answer(status);
        }

        _setting = ExaminedControls.None;
        Work();
    }

    /// <summary>No frames come any more.</summary>
    public void Stopped(ulong ticket, CameraStatus status)
    {
        if (!IsAnswerTo(ticket, Wait.Stopped)) return;
        _pending = _pending with { IsAnswered = true, Status = status };
        TryFinishDraining();
        Work();
    }

    /// <summary>
    /// The device is reset, or its source is another: no configuration, and no frames wanted. A command at hand ends with the status; those
    /// behind it
    /// wait for <see cref="Resume"/>.
    /// </summary>
    public void Reset(CameraStatus status)
    {
        if (IsWaiting) GiveUp(status);
        if (_session.State is SessionState.Streaming or SessionState.Stopping) _session.Host.Stop(_session.NextTicket());
        DropConfiguration();
    }

    private void Start(ReadOnlySpan<byte> body)
    {
        if (!TryRead<StartCommand>(body, StartCommand.Bytes, out var command)
            || command.ControlsBytes > RequestLimits.MaximumPacketBytes || command.ControlsBytes > (uint)(body.Length - StartCommand.Bytes))
        {
            Answer(CameraStatus.Invalid);
            return;
        }

        _setting = ExaminedControls.None;
        var status = IsStale(command.Generation) ? CameraStatus.Stale
            : _session.State != SessionState.Configured ? CameraStatus.Busy
            : !_session.SourcePresent ? CameraStatus.NoSource
            // The reply has no place for what became of each control; so it is all or nothing.
            : _controls.Examine(body.Slice(StartCommand.Bytes, (int)command.ControlsBytes), static _ => true, isStrict: true, out _setting);
        if (status != CameraStatus.Ok)
        {
            Answer(status);
            return;
        }

        _session.Host.Start(Await(Wait.Started), _setting.Effective);
    }

    private void Stop(ReadOnlySpan<byte> body)
    {
        if (!TryRead<GenerationCommand>(body, GenerationCommand.Bytes, out var command)) Answer(CameraStatus.Invalid);
        else if (IsStale(command.Generation)) Answer(CameraStatus.Stale);
        else StopStreaming();
    }

    private void Flush(ReadOnlySpan<byte> body)
    {
        if (!TryRead<GenerationCommand>(body, GenerationCommand.Bytes, out var command))
        {
            Answer(CameraStatus.Invalid);
        }
        else if (IsStale(command.Generation))
        {
            Answer(CameraStatus.Stale);
        }
        else
        {
            _requests.CancelOffered();
            Await(Wait.Flushed);
            // Requests that come from now on are not the flush's.
            _pending = _pending with { IsAnswered = true, LastRequestId = _requests.LastRequestId };
            TryFinishDraining();
        }
    }

    private void Release()
    {
        if (_session.State == SessionState.Streaming)
        {
            StopStreaming();
            return;
        }

        DropConfiguration();
        Answer(CameraStatus.Ok);
    }

    private void StopStreaming()
    {
        var wasStreaming = _session.State == SessionState.Streaming;
        if (wasStreaming) _session.State = SessionState.Stopping;
        _requests.CancelOffered();
        var ticket = Await(Wait.Stopped);
        _pending = _pending with { IsAnswered = !wasStreaming, LastRequestId = ulong.MaxValue };
        if (wasStreaming) _session.Host.Stop(ticket);
        else TryFinishDraining();
    }

    // STOP, FLUSH and RELEASE are answered when the camera has answered and every request that they end is back with the driver.
    private void TryFinishDraining()
    {
        if (_pending.Wait is not (Wait.Stopped or Wait.Flushed) || !_pending.IsAnswered) return;
        if (_requests.AwaitsOffered || _requests.Line.HoldsUpTo(_pending.LastRequestId)) return;
        var status = _pending.Status;
        if (_pending.Wait == Wait.Stopped) EndStream();
        Answer(status);
    }

    private void EndStream()
    {
        if (_session.State == SessionState.Stopping)
        {
            _session.State = SessionState.Configured;
            _events.Post(CameraEventType.Stream, (uint)StreamEvent.Stopped);
        }

        if (_header.Type == CameraCommand.Release) DropConfiguration();
    }

    // The camera did not answer in time, or nobody waits for the answer any more. What it may still do must not surprise the driver later.
    private void GiveUp(CameraStatus status)
    {
        _requests.ForgetOffered();
        switch (_pending.Wait)
        {
            case Wait.Configured:
                // Whether the camera changed is not known: neither configuration is in force.
                DropConfiguration();
                break;
            case Wait.Started:
                _session.Host.Stop(_session.NextTicket());
                break;
            case Wait.Stopped:
                EndStream();
                break;
        }

        Answer(status);
    }
}

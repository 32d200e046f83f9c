using System.Globalization;
using Akka.Actor;
using CameraFabric.Device.VhostUser;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Fabric.Guests;

/// <summary>How a connection begins and ends: who waits, who is refused, who is cut off, and what clears that.</summary>
internal sealed partial class GuestDeviceActor
{
    // As long as a front-end takes to come back at the most, and some frames.
    private static readonly TimeSpan DefectWindow = TimeSpan.FromMinutes(1);

    // Frame-clock time, nanoseconds: until then a defect is taken for the last one again.
    private long _defectUntil = long.MinValue;

    // Whoever comes too often, or has come too often to break the protocol, waits here, and only its own thread waits for it.
    private void Meet(Handover handover)
    {
        // Without a port of its own, this actor was restarted, and the connection is one of the port before, which is ending.
        if (_stopper is not null || _handover is not null || _port is null)
        {
            handover.Refuse();
            handover.Clear();
            return;
        }

        (_handover, _violation, _isEnded) = (handover, "", false);
        var turn = TimeSpan.FromTicks(_settings.Budget.Connections.Take(_settings.Clock.Now, 1) / TimeSpan.NanosecondsPerTick);
        var pause = _settings.Meter.Quarantine.Pause;
        if (pause < turn) pause = turn;
        if (pause <= TimeSpan.Zero)
        {
            Connect(handover);
            return;
        }

        // Who sees it counted may take it that its time runs.
        _pause = Context.System.Scheduler.ScheduleTellOnceCancelable(pause, Self, new PauseOver(handover), Self);
        _settings.Meter.CountDelayed();
        LogDelayed(_settings.Name, pause.TotalSeconds);
    }

    private void Connect(Handover handover)
    {
        _pause?.Cancel();
        _pause = null;
        if (_settings.Meter.Quarantine.IsHeld)
        {
            _settings.Meter.CountRefused();
            LogHeld(_settings.Name);
            handover.Refuse();
            EndChildren();
            return;
        }

        _seat = new SessionSeat();
        _session = Add(GuestSessionActor.Props(_settings, _profile!, _settings.Ids.Next(), _seat), "session");
        _kicks = [.. Enumerable.Range(0, _settings.Face.QueueCount).Select(static _ => new KickFlag())];
        _queues = [.. _kicks.Select((kicks, index) => Add(VirtqueueActor.Props(_session, kicks), $"queue-{index}"))];
    }

    private void Serve(Handover handover)
    {
        _device = new CameraDevice(_settings.Name, _settings.Face, _seat!, _session!, _queues, _kicks, _settings.Options.QueueStopTimeout, _logger);
        var logger = _settings.Loggers.CreateLogger("CameraFabric.VhostUser");
        var backend = new VhostUserBackend(handover.Socket, _device, _settings.Connection,
            new DeviceLogger(logger, _settings.Lines, _settings.Name) { SaysName = true });
        _seat!.Backend = backend;
        _settings.Meter.CountConnection();
        _settings.Meter.Quarantine.Serve();
        _settings.Meter.Enter(GuestState.Connected);
        LogConnected(_settings.Name);
        handover.Serve(backend);
    }

    private void Refuse(string reason)
    {
        _settings.Meter.CountRefused();
        LogRefused(_settings.Name, reason);
        EnterEnd(reason);
        _handover?.Refuse();
        EndChildren();
    }

    private void CutOff(string reason, bool isNode)
    {
        if (_handover is null || _violation.Length > 0) return;

        // The back-end knows better when what looks like a broken ring is memory that the VMM took away. Over a defect here the front-end
        // keeps the rings, for the guest is not to blame; a defect that comes back with them would do so for ever.
        if (_seat?.Backend is not { } backend) _handover.Refuse();
        else if (isNode && !IsRepeatedDefect()) backend.Stop();
        else reason = backend.Break(reason);
        _violation = reason;
        if (isNode) EnterEnd(reason);
        else Quarantine(reason);

        // Whether they have failed already or not: nothing from this guest is looked at any more.
        EndChildren();
    }

    private bool IsRepeatedDefect()
    {
        var now = _settings.Clock.Now;
        var isRepeated = now < _defectUntil;
        _defectUntil = now + DefectWindow.Ticks * TimeSpan.NanosecondsPerTick;
        return isRepeated;
    }

    private void Quarantine(string reason)
    {
        _violation = reason;
        var quarantine = _settings.Meter.Quarantine;
        quarantine.Add(reason);
        var cleared = quarantine switch
        {
            { IsHeld: true } => "an operator releases it",
            { Pause: var pause } when pause > TimeSpan.Zero =>
                string.Create(CultureInfo.InvariantCulture, $"it connects anew, in {pause.TotalSeconds:0.#} s"),
            _ => "it connects anew",
        };
        LogQuarantined(_settings.Name, cleared, quarantine.Count, reason);
        EnterEnd(reason);
    }

    private bool Release()
    {
        var was = _settings.Meter.Quarantine.Release();
        if (!was) return false;
        LogReleased(_settings.Name);
        if (_device is null && _stopper is null) _settings.Meter.Enter(GuestState.Waiting);
        if (_pause is not null && _handover is { } waiting) Connect(waiting);
        return true;
    }

    private void Ended(VhostUserEnd end)
    {
        var reason = end.Reason == VhostUserEndReason.PeerClosed ? "" : end.Message;
        LogEnded(_settings.Name, end.Reason, end.Message);
        if (_violation.Length == 0 && end.Reason is VhostUserEndReason.ProtocolError or VhostUserEndReason.Broken) Quarantine(end.Message);
        else EnterEnd(_violation.Length > 0 ? _violation : reason);
        EndChildren();
    }

    // The connection is over, or never was; a quarantine may last longer than that.
    private void EnterEnd(string reason) =>
        _settings.Meter.Enter(_settings.Meter.Quarantine.IsQuarantined ? GuestState.Quarantined : GuestState.Waiting, reason);

    private void EndChildren()
    {
        _isEnded = true;
        foreach (var child in _children) Context.Stop(child);
        ClearWhenGone();
    }

    private void ClearWhenGone()
    {
        if (!_isEnded || _children.Count > 0) return;
        _pause?.Cancel();
        _pause = null;
        _device?.Abandon();
        _settings.Meter.Become(_settings.View.Role);
        var handover = _handover;
        (_handover, _device, _seat, _session) = (null, null, null, null);
        handover?.Clear();
    }
}

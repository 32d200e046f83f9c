using Akka.Actor;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Status;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Readers;

/// <summary>The way that frames come, whether they come, and what sessions are told of that.</summary>
internal sealed partial class CameraReaderActor
{
    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private string _homeNode = "";
    private FrameCarrier? _carrier;
    private IActorRef? _linkActor;
    private ICancelable? _watch;
    private ulong _retry;
    private long _lastLook;
    private bool _isLinkOpen;
    private bool _awaitsFrame;
    private bool _isToldPresent;
    private bool _gap;

    private bool WantsFrames => _memory.Holds > 0 || _members.Values.Any(static member => member.IsStreaming);

    private void Link()
    {
        if (_home is null || _memory.Stopper is not null) return;
        EndCarrier();
        var link = ++_memory.LastNumber;
        if (_homeNode == _settings.Node)
        {
            _carrier = _memory.Intake.Open(link, null, _gap);
            _home.Tell(new OpenCarrier(_attachment, link, _carrier), Self);
            return;
        }

        _carrier = _memory.Intake.Open(link, _ends(_homeNode), _gap);
        TellHome(new OpenLink(_attachment, link));
    }

    private void Offered(LinkOffered offered)
    {
        if (_carrier is not { } carrier || carrier.Link != offered.Link || _linkActor is not null) return;
        var task = new ReaderLinkTask(_settings, offered.Offer, _memory.Pools, carrier, _logger);
        _linkActor = Context.Watch(Context.ActorOf(ReaderLinkActor.Props(task), $"link-{carrier.Link}"));
    }

    private void Opened(LinkOpened opened)
    {
        if (_carrier?.Link != opened.Link) return;
        _isLinkOpen = true;
        _memory.Backoff.Works(_settings.Clock.Now);
        if (!_memory.HasBeenLinked)
        {
            _memory.HasBeenLinked = true;
            foreach (var curious in _memory.Curious) curious.Tell(new CameraDescribed(_memory.Profile!));
            _memory.Curious.Clear();
        }

        if (WantsFrames) AwaitFrame();
        Attend();
    }

    private void Ended(CarrierEnded ended)
    {
        if (_carrier?.Link != ended.Link) return;
        _gap = WantsFrames;
        EndCarrier();
        Attend();
        var delay = _memory.Backoff.Failed(_settings.Clock.Now);
        _retry = ++_memory.LastNumber;
        if (delay <= TimeSpan.Zero) Link();
        else Timers.StartSingleTimer(nameof(TryLink), new TryLink(_retry), delay);
    }

    // Nothing comes after it; and what waits for a frame is told that none comes.
    private void EndCarrier()
    {
        _retry = 0;
        _isLinkOpen = false;
        _memory.Intake.Close();
        if (_linkActor is { } link)
        {
            Context.Unwatch(link);
            link.Tell(EndLink.Message);
            _linkActor = null;
        }

        if (_carrier is null) return;
        _carrier = null;
        _fanOut.Tell(LoseSource.Message);
    }

    private void Moved(SourceMoved moved)
    {
        if (moved.Event is not (SourceEvent.Lost or SourceEvent.Back)) return;
        _isHomeSourcePresent = moved.Event == SourceEvent.Back;
        Attend(moved.Frame, moved.Fault);
    }

    private void AwaitFrame()
    {
        _awaitsFrame = true;
        _memory.Intake.TellNextFrame();
    }

    private void Came(FrameCame came)
    {
        if (_carrier?.Link != came.Link) return;
        _awaitsFrame = false;
        Attend();
    }

    private void LookForFrames()
    {
        // Ticks that come late say that this machine is busy, which is no fault of the camera's.
        var now = _settings.Clock.Now;
        var lateness = now - _lastLook - 2 * _settings.Options.WatchdogTick.Ticks * TimeSpan.NanosecondsPerTick;
        if (_lastLook != 0 && lateness > 0) _memory.Intake.Watchdog.Excuse(now, lateness);
        _lastLook = now;
        if (_watch is null || !_memory.Intake.Watchdog.IsExpired(now)) return;
        LogSilent(_settings.Camera.Id, _homeNode);
        _settings.Meter.Faults.Add((int)SourceFault.Silent);
        var last = _memory.Intake.LastFrame;
        foreach (var member in _members.Values)
        {
            if (member.IsStreaming) member.Entry.Session.Tell(new StreamSilent(last));
        }

        _fanOut.Tell(LoseSource.Message);
        AwaitFrame();
        Attend(last, SourceFault.Silent);
    }

    /// <summary>After whatever may have changed who is there, what is wanted or whether it comes.</summary>
    private void Attend(ulong lastFrame = 0, SourceFault fault = SourceFault.None)
    {
        var wants = WantsFrames;
        if (!wants)
        {
            // Whether a lost source is back shows only when somebody starts again; and what nobody wants nobody misses.
            (_awaitsFrame, _gap) = (false, false);
            _memory.Intake.ForgetGap();
        }

        var isPresent = _isLinkOpen && _isHomeSourcePresent && !_awaitsFrame;
        if (isPresent && wants) StartWatching();
        else StopWatching();
        TellSource(isPresent, lastFrame != 0 ? lastFrame : _memory.Intake.LastFrame, fault);
        if (_memory.Stopper is not null) return;
        _settings.Meter.Attend(_members.Count, _members.Values.Count(static member => member.IsStreaming), "");
        if (_memory.Profile is null) return;
        _settings.Meter.Enter(!isPresent ? CameraState.Lost : wants ? CameraState.Streaming : CameraState.Idle);
    }

    private void TellSource(bool isPresent, ulong lastFrame, SourceFault fault)
    {
        if (isPresent == _isToldPresent) return;
        _isToldPresent = isPresent;
        var moved = isPresent ? new SourceMoved(SourceEvent.Back, 0, SourceFault.None) : new SourceMoved(SourceEvent.Lost, lastFrame, fault);
        foreach (var member in _members.Values)
        {
            if (member.IsJoined) member.Entry.Session.Tell(moved);
        }
    }

    private void StartWatching()
    {
        if (_watch is not null) return;
        var options = _settings.Options;
        _memory.Intake.Watchdog.Start(
            _settings.Clock.Now, _memory.Configuration.Interval.Nanoseconds, options.FirstFrameAllowance.Ticks * TimeSpan.NanosecondsPerTick);
        _lastLook = 0;
        _watch = Context.System.Scheduler.ScheduleTellRepeatedlyCancelable(
            options.WatchdogTick, options.WatchdogTick, Self, WatchdogTick.Message, Self);
    }

    private void StopWatching()
    {
        if (_watch is null) return;
        _watch.Cancel();
        _watch = null;
        _memory.Intake.Watchdog.Stop();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: no frame comes from node {Node} any more")]
    private partial void LogSilent(string camera, string node);

    /// <summary>Ask for a link again.</summary>
    /// <param name="Number">Which attempt it is.</param>
    private sealed record TryLink(ulong Number);

    /// <summary>Look whether frames come.</summary>
    private sealed class WatchdogTick
    {
        public static WatchdogTick Message { get; } = new();
    }
}

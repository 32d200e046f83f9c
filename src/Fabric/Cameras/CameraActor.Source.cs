using Akka.Actor;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Status;
using CameraFabric.Sensors.Profiles;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Cameras;

/// <summary>The source's coming and going, and the camera's end.</summary>
internal sealed partial class CameraActor
{
    private static readonly TimeSpan LeaseLook = TimeSpan.FromMilliseconds(10);
    private bool _isDrained;
    private bool _hadCarrier;
    private long _leavesUntil;

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private void Ready(CameraProfile profile)
    {
        var isFirst = _profile is null;
        _profile = profile;
        _isSensorReady = true;
        _configuration = profile.Adjust(_configuration);
        DescribeConfiguration();
        _fanOut.Tell(new DescribeFanOut(profile));
        if (isFirst)
        {
            LogReady(_memory.IsOneOfMany ? LogLevel.Debug : LogLevel.Information, _rig.Id, profile.Model, _configuration.ToString());
            foreach (var curious in _curious) curious.Tell(new CameraDescribed(profile));
            _curious.Clear();
            WelcomeAll(profile);
            Context.Parent.Tell(CameraReady.Message);
        }

        if (_isCapturing) return;
        _meter.Enter(_memory.Stopper is null ? CameraState.Idle : CameraState.Stopped);
        RegainSource();
        Want();
    }

    private void Delivers()
    {
        if (!_isCapturing) return;
        _meter.Enter(CameraState.Streaming);
        RegainSource();
    }

    private void Troubled(SensorTroubled trouble)
    {
        _isSensorReady = false;
        if (trouble.Fault == SourceFault.Silent && !_isSourceLost) TellSilence(trouble.LastFrame);
        LoseSource(CameraState.Restarting, trouble.Reason, trouble.LastFrame, trouble.Fault);
    }

    // To those whom it concerns: who does not stream misses nothing, and hears of a source that is lost.
    private void Faulty(SensorFaulty faulty)
    {
        foreach (var member in _members.Values)
        {
            if (member.IsStreaming) member.Tell(new SourceFaulty(faulty.Fault, faulty.Frame));
        }
    }

    // Once for each loss: a source that stays silent is lost already.
    private void TellSilence(ulong lastFrame)
    {
        foreach (var member in _members.Values)
        {
            if (member.IsStreaming) member.Tell(new StreamSilent(lastFrame));
        }
    }

    private void LoseSource(CameraState state, string reason, ulong lastFrame, SourceFault fault)
    {
        if (_memory.Stopper is null) _meter.Enter(state, reason);
        if (_isSourceLost) return;
        _isSourceLost = true;
        TellSource(new SourceMoved(SourceEvent.Lost, lastFrame, fault));
    }

    private void RegainSource()
    {
        if (!_isSourceLost) return;
        _isSourceLost = false;
        LogBack(_rig.Id);
        TellSource(new SourceMoved(SourceEvent.Back, 0, SourceFault.None));
    }

    // A reader makes of it what its own sessions have to know.
    private void TellSource(SourceMoved moved)
    {
        foreach (var member in _members.Values)
        {
            if (member.Reader is null) member.Tell(moved);
        }

        TellReaders(moved);
    }

    // First the sensor, so that no frame comes any more; then the fan-out, which has seen all of them by then.
    private void StopAll()
    {
        if (_memory.Stopper is not null) return;
        _memory.Stopper = Sender;
        CloseChildren();
    }

    private void CloseChildren()
    {
        _meter.Enter(CameraState.Stopped);
        _leavesUntil = _clock.Now + _options.SensorStopTimeout.Ticks * TimeSpan.NanosecondsPerTick;
        foreach (var reader in _readers.Values) CloseLink(reader, "the camera stops");
        Want();
        _sensor.Tell(Cameras.CloseSensor.Message);
    }

    private void Closed(SensorClosed closed)
    {
        if (!closed.InTime) LogNotClosed(_rig.Id);
        _fanOut.Tell(FanOut.DrainFanOut.Message);
    }

    private void Drained(FanOutDrained drained)
    {
        if (!drained.InTime) LogNotDrained(_rig.Id);
        _memory.Sensor.Pools.Retire();
        _isDrained = true;
        if (_links.Count == 0) FinishStop();
    }

    // Readers of this node may still be copying a frame; those elsewhere gave theirs back when their links ended.
    private void FinishStop()
    {
        if (_memory.Sensor.Pools.InUse > 0 && _hadCarrier && _clock.Now < _leavesUntil)
        {
            Timers.StartSingleTimer(LookForLeases.Message, LookForLeases.Message, LeaseLook);
            return;
        }

        if (_memory.Sensor.Pools.InUse is > 0 and var leaked)
        {
            _meter.CountLeaked(leaked);
            LogLeaked(_rig.Id, leaked);
        }

        _meter.Enter(CameraState.Stopped);
        _meter.Attend(0, 0, "");
        _memory.Stopper!.Tell(new CameraStopped(_rig.Id));
        Context.Stop(Self);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "camera {Camera}: its actor failed, which is a defect; it begins anew")]
    private partial void LogDefect(string camera, Exception exception);

    [LoggerMessage(Message = "camera {Camera}: ready, {Model}, {Configuration}")]
    private partial void LogReady(LogLevel level, string camera, string model, string configuration);

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: the source is back")]
    private partial void LogBack(string camera);

    [LoggerMessage(Level = LogLevel.Error, Message = "camera {Camera}: the sensor could not be closed in time")]
    private partial void LogNotClosed(string camera);

    [LoggerMessage(Level = LogLevel.Error, Message = "camera {Camera}: the delivery thread did not end in time")]
    private partial void LogNotDrained(string camera);

    [LoggerMessage(Level = LogLevel.Error, Message = "camera {Camera}: {Slots} slots are still held after the stop")]
    private partial void LogLeaked(string camera, int slots);

    /// <summary>Have the frames of a camera that has stopped been given back?</summary>
    private sealed class LookForLeases
    {
        public static LookForLeases Message { get; } = new();
    }
}

using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Sensors.Replay;

/// <summary>
/// A camera that shows a recording: frames go from the file straight into the slot, byte for byte as they were recorded.
/// </summary>
/// <remarks>
/// <para>Every frame of the recording is shown, in order. When the replay comes late by a frame or more, it does not skip (a recording is
/// replayed for what is in it) nor hurry: its timetable starts anew from that moment, and the frames' start of exposure says so. Numbers
/// have no gaps.</para>
/// <para>The recording was exposed long ago: there is no exposure to set. With <see cref="ReplayOptions.PerFrame"/> the pace can be set
/// frame by frame.</para>
/// <para>A frame that is not all there is an error that names it, when its turn comes; never a frame. One thread configures, starts,
/// captures and stops.</para>
/// </remarks>
public sealed class ReplaySensor : ISensor
{
    private readonly FrameClock _clock;
    private readonly ReplayOptions _options;
    private readonly Recording _recording;
    private readonly SensorRegisters _registers;
    private readonly SensorRegister? _pace;
    private readonly EdgeTimetable _edges;
    private readonly bool _stamps;
    private long _configuredDuration;
    private bool _isRunning;
    private bool _hasRun;
    private bool _isInterrupted;

    /// <summary>Opens the recording.</summary>
    /// <param name="context">Who the camera is, and its clock.</param>
    /// <param name="options">What is replayed, and how.</param>
    /// <exception cref="ArgumentException">Something in the options is wrong; the message lists everything that is.</exception>
    /// <exception cref="ReplayFormatException">The file is not what it should be.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public ReplaySensor(SensorContext context, ReplayOptions options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException($"Camera {context.CameraId}: {string.Join(" ", errors)}", nameof(options));
        _clock = context.Clock;
        _options = options;
        _recording = Recording.Open(options);
        _stamps = options.Stamp && FrameStamp.Fits(_recording.Layout);
        Profile = ReplayProfile.Make(context.CameraId, options, _recording.Configuration);
        _registers = new SensorRegisters(Profile.Controls);
        _pace = _registers.Find(ControlCatalogue.FrameDuration.Id);
        _edges = new EdgeTimetable(context.FirstSequence);
    }

    /// <inheritdoc/>
    public CameraProfile Profile { get; }

    private long FrameDuration => _pace?.Value.AsInt64() ?? _configuredDuration;

    /// <inheritdoc/>
    public void Configure(StreamConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (_isRunning) throw new InvalidOperationException($"Camera {Profile.Name} is running; stop it before it is configured.");
        var recorded = _recording.Configuration;
        if (configuration.Format != recorded.Format || configuration.Width != recorded.Width || configuration.Height != recorded.Height)
        {
            throw new ArgumentException(
                $"Camera {Profile.Name} replays {recorded.Width}x{recorded.Height} {recorded.Format}, not "
                    + $"{configuration.Width}x{configuration.Height} {configuration.Format}.",
                nameof(configuration));
        }

        _configuredDuration = configuration.Interval.Nanoseconds;
    }

    /// <summary>Begins with the recording's first frame; numbers go on where they were.</summary>
    public void Start()
    {
        if (_configuredDuration == 0) throw new InvalidOperationException($"Camera {Profile.Name} has no configuration yet.");
        if (_isRunning) return;
        _isRunning = true;
        _isInterrupted = _hasRun;
        _hasRun = true;
        _pace?.Preset(ControlValue.From(_configuredDuration));
        _recording.Rewind();
        _edges.Begin(_clock.Now);
    }

    /// <inheritdoc/>
    public void Stop() => _isRunning = false;

    /// <inheritdoc/>
    public void Capture(FrameCapture capture, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(capture);
        if (!_isRunning) throw new InvalidOperationException($"Camera {Profile.Name} is not running.");

        // Before anything is latched: a set of controls must not be bound to a frame that never comes.
        FindFrame();
        var isPaced = _options.Rate != 0;
        if (!(isPaced ? _clock.WaitUntil(_edges.Edge, stop) : !stop.IsCancellationRequested)) throw new OperationCanceledException(stop);

        var (sequence, now) = (_edges.Sequence, _clock.Now);
        _registers.AdvanceTo(sequence);
        if (!isPaced || now - _edges.Edge >= FrameDuration) _edges.Begin(now);
        _registers.Write(sequence, capture.Latch(sequence));

        var (edge, duration) = (_edges.Edge, FrameDuration);
        _recording.Read(capture.Pixels);
        if (_stamps) FrameStamp.Write(_recording.Layout, capture.Pixels, Truth(sequence, duration));
        capture.Applied(ControlCatalogue.FrameDuration.Id, ControlValue.From(duration));
        capture.Applied(ControlCatalogue.SensorTimestamp.Id, ControlValue.From(edge));
        _edges.Pass(duration);
        var flags = _isInterrupted ? FrameFlags.Discontinuity : FrameFlags.None;
        _isInterrupted = false;
        capture.Complete(edge, _recording.Layout.TotalBytes, flags);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isRunning = false;
        _recording.Dispose();
    }

    private void FindFrame()
    {
        if (_recording.HasNext()) return;
        if (!_options.Loop) throw new EndOfStreamException($"{_recording.Path}: the recording has ended after {_recording.Frame} frames.");
        _recording.Rewind();
        _isInterrupted = true;
        if (!_recording.HasNext())
            throw new ReplayFormatException(_recording.Path, 0, 0, "the file has been emptied while it was replayed.");
    }

    private FrameTruth Truth(ulong sequence, long duration) =>
        new(sequence, 0, 0, duration, 0, 0, 0, 0, _recording.Layout.Width, _recording.Layout.Height);
}

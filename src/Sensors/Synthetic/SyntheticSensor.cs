using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Synthetic;

/// <summary>
/// A camera made of arithmetic: test patterns and a moving scene in every uncompressed format of the catalogue, with the register delays
/// that its profile declares. Where the stamp fits, the pixels themselves say what the frame was exposed with (<see cref="FrameStamp"/>).
/// </summary>
/// <remarks>
/// <para>Edges are at start + n frame durations, without drift. A sensor that comes late skips the edges it has missed: the sequence has a
/// gap, and the frame after it carries <see cref="FrameFlags.Discontinuity"/> (as does the first one after a stop). Cameras of a sync group
/// begin at a multiple of their frame duration.</para>
/// <para>The light is integrated in no time: a frame is complete as soon as it is painted, and its start of exposure is its edge. An
/// exposure longer than the frame is cut to the frame's duration, and reported so. Brightness is exposure x gain against 10 ms x 1.</para>
/// <para>The moving scene is where the clock says, so that cameras that look at the same moment see the same. With a seed in its context a
/// camera has a scene of its own instead, which goes on by its frames' durations: the same pictures in each run.</para>
/// <para>One thread configures, starts, captures and stops. Capturing allocates nothing once each pattern and setting in use has been
/// seen.</para>
/// </remarks>
public sealed class SyntheticSensor : ISensor
{
    // Milliseconds after which the moving scene begins again: all that moves in it has come round.
    private const uint ScenePeriod = 2_310_000;

    private readonly FrameClock _clock;
    private readonly SyntheticOptions _options;
    private readonly SensorRegisters _registers;
    private readonly SyntheticSettings _settings;
    private readonly EdgeTimetable _edges;
    private readonly long? _scene; // the moment of the scene at which this camera begins; null: that of the clock
    private SyntheticPainter? _painter;
    private long _configuredDuration;
    private bool _isRunning;
    private bool _hasRun;
    private bool _isInterrupted;

    /// <summary>Makes a camera; it takes memory for its pictures only when it is first read.</summary>
    /// <param name="context">Who the camera is, and its clock.</param>
    /// <param name="options">What it is to be like.</param>
    /// <exception cref="ArgumentException">Something in the options is wrong; the message lists everything that is.</exception>
    public SyntheticSensor(SensorContext context, SyntheticOptions options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException($"Camera {context.CameraId}: {string.Join(" ", errors)}", nameof(options));
        _clock = context.Clock;
        _options = context.Seed is { } seed ? options with { Seed = seed } : options;
        _scene = context.Seed % ScenePeriod * 1_000_000L;
        Profile = SyntheticProfile.Make(context.CameraId, options);
        if (options.Formats is not null && Profile.Validate() is { Count: > 0 } problems)
            throw new ArgumentException($"Camera {context.CameraId}: {string.Join(" ", problems)}", nameof(options));
        _registers = new SensorRegisters(Profile.Controls);
        _settings = new SyntheticSettings(_registers, SyntheticProfile.ArrayOf(Profile.Formats));
        _edges = new EdgeTimetable(context.FirstSequence);
    }

    /// <inheritdoc/>
    public CameraProfile Profile { get; }

    /// <inheritdoc/>
    public void Configure(StreamConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (_isRunning) throw new InvalidOperationException($"Camera {Profile.Name} is running; stop it before it is configured.");
        var layout = configuration.Layout();
        _painter = new SyntheticPainter(layout, _options);
        _configuredDuration = configuration.Interval.Nanoseconds;
    }

    /// <inheritdoc/>
    /// <remarks>FrameDuration holds the configured interval.</remarks>
    public void Start()
    {
        if (_painter is null) throw new InvalidOperationException($"Camera {Profile.Name} has no configuration yet.");
        if (_isRunning) return;
        _isRunning = true;
        _isInterrupted = _hasRun;
        _hasRun = true;
        _registers.Reset();
        _settings.Duration.Preset(ControlValue.From(_configuredDuration));
        var (now, duration) = (_clock.Now, _settings.FrameDuration);
        _edges.Begin(Profile.SyncGroup == Guid.Empty ? now : (now + duration - 1) / duration * duration);
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _isRunning = false;
        _painter?.Forget();
    }

    /// <inheritdoc/>
    public void Capture(FrameCapture capture, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(capture);
        if (!_isRunning || _painter is null) throw new InvalidOperationException($"Camera {Profile.Name} is not running.");
        if (!_clock.WaitUntil(_edges.Edge, stop)) throw new OperationCanceledException(stop);

        var now = _clock.Now;
        _registers.AdvanceTo(_edges.Sequence);
        while (_edges.SkipIfMissed(now, _settings.FrameDuration))
        {
            _registers.AdvanceTo(_edges.Sequence);
            _isInterrupted = true;
        }

        var (sequence, edge) = (_edges.Sequence, _edges.Edge);
        _registers.Write(sequence, capture.Latch(sequence));
        _settings.Read();
        _painter.Paint(capture.Pixels, _settings, sequence, _scene is { } begin ? begin + _edges.Elapsed : edge);

        _settings.Report(capture);
        capture.Applied(ControlCatalogue.SensorTimestamp.Id, ControlValue.From(edge));
        _edges.Pass(_settings.FrameDuration);
        var flags = _isInterrupted ? FrameFlags.Discontinuity : FrameFlags.None;
        _isInterrupted = false;
        capture.Complete(edge, _painter.FrameBytes, flags);
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();
}

using CameraFabric.Platform;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors;

/// <summary>A source of frames. What a vendor implements.</summary>
/// <remarks>Thread-compatible: everything but <see cref="Profile"/> is called by one thread at a time, from <see cref="Configure"/> to
/// <see cref="Stop"/> by
/// the camera's capture thread. It may block there and nowhere else.</remarks>
public interface ISensor : IDisposable
{
    /// <summary>What the sensor says of itself. Never changes. May be read by any thread.</summary>
    CameraProfile Profile { get; }

    /// <summary>Sets format, size and frame interval. Called while stopped, with what <see cref="CameraProfile.Adjust"/>
    /// returned.</summary>
    void Configure(StreamConfiguration configuration);

    /// <summary>Begins to expose frames. Afterwards every control holds the profile's default, whatever was set before the last stop; only
    /// FrameDuration, where the camera has it, holds the configured interval.</summary>
    void Start();

    /// <summary>Ends what <see cref="Start"/> began. Must not throw when there is nothing to end.</summary>
    void Stop();

    /// <summary>Makes one frame: waits for its edge, calls <see cref="FrameCapture.Latch"/> there and writes those values into its
    /// registers, writes
    /// the pixels, reports what was applied with <see cref="FrameCapture.Applied"/>, and calls <see cref="FrameCapture.Complete"/>.
    /// A register written at the edge of frame n shows in frame n + the control's delay.</summary>
    /// <param name="capture">Where to write; valid until the method returns.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="EndOfStreamException">There are no more frames (a replay that does not loop).</exception>
    /// <exception cref="Exception">Any other: the sensor failed, and will be replaced by a new one.</exception>
    void Capture(FrameCapture capture, CancellationToken stop);
}

/// <summary>What a sensor is told when it is made.</summary>
/// <param name="CameraId">The camera that it is for.</param>
/// <param name="Clock">The clock to wait with; no other.</param>
/// <param name="FirstSequence">The number of its first frame, so that numbers go on where the sensor before it failed.</param>
public sealed record SensorContext(string CameraId, FrameClock Clock, ulong FirstSequence)
{
    /// <summary>
    /// For sensors that make up their pictures: what makes this camera's its own, and the same again in each run, whatever the clock says.
    /// Null: the sensor's own options say.
    /// </summary>
    public uint? Seed { get; init; }
}

/// <summary>Makes a sensor; called again after each failure.</summary>
public delegate ISensor SensorFactory(SensorContext context);

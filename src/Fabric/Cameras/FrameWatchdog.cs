namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// Says when a camera that should deliver has gone quiet: after some missed frame periods. The period follows what the sensor says that it
/// does, and a longer frame that somebody has asked for is allowed for before it comes. The capture thread reports frames, an actor asks.
/// </summary>
/// <param name="periods">Missed periods that make a source lost.</param>
/// <param name="floor">The shortest silence that counts, in nanoseconds.</param>
public sealed class FrameWatchdog(int periods, long floor)
{
    // Controls take effect some frames after they were asked for; within so many frames they have, or never will.
    private const int FramesUntilEffect = 32;
    private readonly Lock _lock = new();
    private long _configured;
    private long _period;
    private long _asked;
    private int _framesSinceAsked;
    private bool _isRenewed;
    private long _deadline = long.MaxValue;

    /// <summary>Frames should come from now on.</summary>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    /// <param name="period">The configured frame period, in nanoseconds.</param>
    /// <param name="firstFrame">What the first frame may take on top, in nanoseconds.</param>
    public void Start(long now, long period, long firstFrame)
    {
        lock (_lock)
        {
            _configured = _period = period;
            _deadline = now + Allowed() + firstFrame;
            _isRenewed = false;
        }
    }

    /// <summary>No frames are expected any more.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _deadline = long.MaxValue;
            _asked = 0;
        }
    }

    /// <summary>A frame has come.</summary>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    /// <param name="duration">How long the sensor says that its frames now take, in nanoseconds; 0 if it does not say, and then what it said last holds.</param>
    public void Frame(long now, long duration)
    {
        lock (_lock)
        {
            if (_deadline == long.MaxValue) return;
            if (duration > 0) _period = Math.Max(duration, _configured);
            if (_asked > 0 && (duration >= _asked || ++_framesSinceAsked >= FramesUntilEffect)) _asked = 0;
            _deadline = now + Allowed();
            _isRenewed = false;
        }
    }

    /// <summary>Somebody has asked for frames that take so long; silence is allowed for accordingly.</summary>
    /// <param name="duration">The frame's duration or exposure, in nanoseconds.</param>
    /// <returns>Whether that is longer than what was allowed for.</returns>
    public bool Allow(long duration)
    {
        lock (_lock)
        {
            if (duration <= Math.Max(_asked, _period)) return false;
            var before = Allowed();
            _asked = duration;
            _framesSinceAsked = 0;
            if (_deadline != long.MaxValue) _deadline += Allowed() - before;
            return true;
        }
    }

    /// <summary>
    /// The machine stood still: nobody could have reported a frame for a while. That does not count as silence, and a stall longer than
    /// the silence
    /// that is allowed begins the count anew; once for each frame, so that a machine that stalls again and again hides no dead sensor.
    /// </summary>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    /// <param name="duration">How long it stood, in nanoseconds.</param>
    public void Excuse(long now, long duration)
    {
        lock (_lock)
        {
            if (_deadline == long.MaxValue) return;
            _deadline += duration;
            if (duration <= Allowed() || _isRenewed) return;
            _isRenewed = true;
            _deadline = Math.Max(_deadline, now + Allowed());
        }
    }

    /// <summary>Whether the source has been silent for too long.</summary>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    public bool IsExpired(long now)
    {
        lock (_lock) return now >= _deadline;
    }

    private long Allowed() => Math.Max(floor, periods * Math.Max(_period, _asked));
}

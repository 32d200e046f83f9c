using CameraFabric.Device.Media.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Guest.Program;

/// <summary>What <see cref="CameraGuest"/> shall do.</summary>
public sealed record CameraGuestOptions
{
    /// <summary>Path of the device's vhost-user socket.</summary>
    public required string Socket { get; init; }

    /// <summary>The guest's name in its report. Default <c>guest</c>.</summary>
    public string Name { get; init; } = "guest";

    /// <summary>Which device is there. Default virtio-camera.</summary>
    public VirtioFace Face { get; init; }

    /// <summary>Where buffers lie, of a virtio-media device.</summary>
    public MediaBuffers Buffers { get; init; }

    /// <summary>
    /// Whether to take frames in place, from the camera's own memory, where the device lets the guest; copies otherwise. Default false.
    /// </summary>
    public bool ZeroCopy { get; init; }

    /// <summary>Pixel format wanted; null for the first that the camera offers.</summary>
    public FourCC? Format { get; init; }

    /// <summary>Width wanted in pixels; 0 for the largest that the camera offers in the format.</summary>
    public int Width { get; init; }

    /// <summary>Height wanted in pixels; 0 as for <see cref="Width"/>. Both or none.</summary>
    public int Height { get; init; }

    /// <summary>Interval between frames; null for the shortest that the camera offers at the size.</summary>
    public FrameInterval? Interval { get; init; }

    /// <summary>
    /// Buffers, each with its request, that go round between guest and device, 1 to 256; the device may allow fewer. Default 4.
    /// </summary>
    public int BuffersInFlight { get; init; } = 4;

    /// <summary>Frames after which to end; 0 for no limit.</summary>
    public long Frames { get; init; }

    /// <summary>Time after which to end, from the first connection; zero for no limit.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Exposure time to ask for with each request; null to ask for none.</summary>
    public ExposureScript? Exposure { get; init; }

    /// <summary>Each request fails rather than be answered otherwise than as asked.</summary>
    public bool Strict { get; init; }

    /// <summary>Ask to become the camera's owner before streaming.</summary>
    public bool AcquireOwner { get; init; }

    /// <summary>Longest time the device may hold a request; zero for the device's default.</summary>
    public TimeSpan RequestTimeout { get; init; }

    /// <summary>Time spent on each frame before the next is looked at: a deliberately slow guest.</summary>
    public TimeSpan DelayPerFrame { get; init; }

    /// <summary>Time for which a completed buffer is kept before it is queued again: a guest that is short of buffers.</summary>
    public TimeSpan Hold { get; init; }

    /// <summary>
    /// Time from the first frame in which gaps and latencies are not counted: programs that have just begun are being compiled.
    /// </summary>
    public TimeSpan Settle { get; init; }

    /// <summary>File to which every frame's used bytes are appended, without headers; null for none.</summary>
    public string? SaveTo { get; init; }

    /// <summary>Whether to check each frame's checksum and stamp. Sequence and books are always checked. Default true.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>Whether to connect again when the device goes away, or is not there yet.</summary>
    public bool Reconnect { get; init; }

    /// <summary>
    /// With <see cref="Reconnect"/>: whether the rings are kept when the device goes away, as by a VMM that hands them to the next one.
    /// Default true.
    /// </summary>
    public bool KeepRings { get; init; } = true;

    /// <summary>Pause before the first attempt to connect again; it doubles from one failed attempt to the next. Default 250 ms.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest pause between two attempts. Default 5 s.</summary>
    public TimeSpan MaximumReconnectDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time without a frame after which the device counts as gone; zero to wait for ever. Default 10 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two interim reports. Default half a second.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How the driver talks to the device; memory and requests in flight are raised to what is needed.</summary>
    public CameraDriverOptions Driver { get; init; } = new();

    /// <summary>Everything that is wrong with the options, each with what would be right; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var wrong = new List<string>();
        Check(Socket.Length > 0, "socket: needs the path of the device's socket");
        Check(Name.Length > 0, "name: must not be empty");
        Check(Width >= 0 && Height >= 0 && (Width == 0) == (Height == 0),
            $"size {Width}x{Height}: needs width and height, or neither (0x0)");
        Check(Width <= PixelFormat.MaximumDimension && Height <= PixelFormat.MaximumDimension,
            $"size {Width}x{Height}: at most {PixelFormat.MaximumDimension} pixels each way");
        Check(Interval is not { } i || (i.Numerator > 0 && i.Denominator > 0), "interval: numerator and denominator must not be 0");
        Check(BuffersInFlight is >= 1 and <= 256, $"buffers in flight {BuffersInFlight}: needs 1 to 256");
        Check(Frames >= 0, $"frames {Frames}: needs 0 (no limit) or more");
        NotNegative(Duration, "duration");
        NotNegative(RequestTimeout, "request time-out");
        NotNegative(DelayPerFrame, "delay per frame");
        NotNegative(Hold, "hold");
        NotNegative(Settle, "settle");
        NotNegative(StallTimeout, "stall time-out");
        if (Face == VirtioFace.Media) CheckMedia();
        Check(ReconnectDelay > TimeSpan.Zero && MaximumReconnectDelay >= ReconnectDelay,
            $"reconnect delay {ReconnectDelay} to {MaximumReconnectDelay}: needs more than 0, and a maximum that is not smaller");
        Check(ProgressInterval > TimeSpan.Zero, $"progress interval {ProgressInterval}: needs more than 0");
        return wrong;

        void CheckMedia()
        {
            Check(BuffersInFlight <= MediaWire.MaximumBuffers,
                $"buffers in flight {BuffersInFlight}: virtio-media has at most {MediaWire.MaximumBuffers}");
            Check(Exposure is null && !Strict, "exposure and strict: virtio-media has no controls for single frames");
            Check(!AcquireOwner, "acquire: virtio-media has no command for ownership");
            Check(RequestTimeout == TimeSpan.Zero, "request time-out: virtio-media has no requests");
        }

        void NotNegative(TimeSpan value, string what) => Check(value >= TimeSpan.Zero, $"{what} {value}: must not be negative");

        void Check(bool condition, string message)
        {
            if (!condition) wrong.Add(message);
        }
    }
}

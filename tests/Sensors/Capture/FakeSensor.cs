using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Tests.Capture;

/// <summary>A small sensor whose pixels all have the value of its gain register, with whatever misbehaviour a test adds.</summary>
internal sealed class FakeSensor(FrameClock clock, ulong firstSequence = 0) : ISensor
{
    public const long Period = 10_000_000;
    public static readonly ControlInfo Gain =
        new() { Id = 0x80010001, Name = "Gain", Type = ControlType.Int32, DelayFrames = 1, Maximum = 255, Default = 1 };

    private int _gain = 1;
    private int _nextGain = 1;
    private ulong _sequence = firstSequence;
    private long _edge = clock.Now;

    public CameraProfile Profile { get; } = new()
    {
        Name = "fake",
        Formats =
        [
            new FormatOffer { Format = PixelFormats.Grey.FourCC,
                Sizes = [FrameSizeOffer.Of(32, 16, FrameInterval.FromRate(100), FrameInterval.FromRate(1))] },
        ],
        Controls = [Gain],
        Vendors = [new VendorNamespace(1, Guid.Parse("6f9619ff-8b86-4011-b42d-00cf4fc964ff"), "fake")],
    };

    public StreamConfiguration Configuration => new(PixelFormats.Grey.FourCC, 32, 16, FrameInterval.FromRate(100));

    /// <summary>What has been called, in order.</summary>
    public List<string> Calls { get; } = [];

    public bool IsPaced { get; set; } = true;

    /// <summary>Pixels have the value of the frame's number instead of the gain's.</summary>
    public bool PixelIsNumber { get; init; }

    /// <summary>Done before a frame's edge; gets its number and may give another.</summary>
    public Func<ulong, ulong>? BeforeEdge { get; set; }

    /// <summary>Done between the edge and the end of a frame; false leaves it incomplete.</summary>
    public Func<ulong, CancellationToken, bool>? AfterEdge { get; set; }

    public void Configure(StreamConfiguration configuration) => Calls.Add($"configure {configuration}");

    public void Start()
    {
        Calls.Add("start");
        (_gain, _nextGain) = (1, 1);
    }

    public void Stop() => Calls.Add("stop");

    public void Dispose() => Calls.Add("dispose");

    public void Capture(FrameCapture capture, CancellationToken stop)
    {
        if (IsPaced)
        {
            _edge += Period;
            if (!clock.WaitUntil(_edge, stop))
                throw new OperationCanceledException(stop);
        }
        stop.ThrowIfCancellationRequested();
        _sequence = BeforeEdge?.Invoke(_sequence) ?? _sequence;
        _gain = _nextGain;
        foreach (ref readonly var write in capture.Latch(_sequence))
            _nextGain = write.Value.AsInt32();
        if (AfterEdge is not null && !AfterEdge(_sequence, stop))
            return;
        capture.Pixels.Fill(PixelIsNumber ? (byte)_sequence : (byte)_gain);
        capture.Applied(Gain.Id, ControlValue.From(_gain));
        capture.Complete(_edge - 1000, capture.Layout.TotalBytes);
        _sequence++;
    }
}

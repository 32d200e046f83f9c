using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Sensors.Tests.Synthetic;

/// <summary>A copy of what a sensor made of one frame.</summary>
internal sealed record Shot(FrameLayout Layout, ulong Sequence, ulong ControlSet, long StartOfExposure, FrameFlags Flags, byte[] Pixels,
    IReadOnlyDictionary<uint, ControlValue> Applied)
{
    public FrameTruth Truth =>
        FrameStamp.TryRead(Layout, Pixels, out var truth)
            ? truth
            : throw new InvalidOperationException($"Frame {Sequence} carries no stamp.");

    /// <summary>One byte of the first plane's row, counted in bytes.</summary>
    public byte At(int x, int y) => Pixels[Layout.Planes[0].Offset + (y * Layout.Planes[0].Stride) + x];
}

/// <summary>Drives a sensor by hand: a clock that stands still, one slot, one schedule.</summary>
internal sealed class SensorRig : IDisposable
{
    public const long Start = 1_000_000_000;
    private readonly FramePool _pool;
    private readonly FrameCapture _capture;
    private ulong _lastSet;

    public SensorRig(Func<SensorContext, ISensor> make, StreamConfiguration? configuration = null, ulong firstSequence = 0)
    {
        Sensor = make(new SensorContext("front", Clock, firstSequence));
        Configuration = Sensor.Profile.Adjust(configuration ?? new StreamConfiguration(PixelFormats.Nv12.FourCC, 320, 240,
            new FrameInterval(1, 50)));
        var layout = Configuration.Layout();
        _pool = new FramePool("rig", layout.TotalBytes, 1);
        Schedule = new ControlSchedule(Sensor.Profile.Controls, interleaved: false);
        _capture = new FrameCapture(layout, Schedule);
        Sensor.Configure(Configuration);
        Schedule.Restart();
        Sensor.Start();
    }

    public ManualFrameClock Clock { get; } = new(Start);

    public ISensor Sensor { get; }

    public StreamConfiguration Configuration { get; }

    public ControlSchedule Schedule { get; }

    public long Period => Configuration.Interval.Nanoseconds;

    public static SensorRig Synthetic(SyntheticOptions? options = null, StreamConfiguration? configuration = null,
        ulong firstSequence = 0) =>
        new(context => new SyntheticSensor(context, options ?? new SyntheticOptions()), configuration, firstSequence);

    /// <summary>A configuration of a small size at 50 frames a second.</summary>
    public static StreamConfiguration Small(PixelFormat format, int width = 320, int height = 240) =>
        new(format.FourCC, width, height, new FrameInterval(1, 50));

    /// <summary>Captures the frame whose edge is now, or has been.</summary>
    public Shot Capture(CancellationToken stop = default)
    {
        CaptureOnly(stop, out var slot);
        try
        {
            ref var header = ref slot.Header;
            Assert.Equal(_capture.Layout.TotalBytes, (int)header.BytesUsed);
            var applied = slot.Applied[..(int)header.AppliedCount].ToArray().ToDictionary(entry => entry.Id, entry => entry.Value);
            return new Shot(_capture.Layout, header.Sequence, header.ControlSet, header.StartOfExposure, (FrameFlags)header.Flags,
                slot.Pixels[.._capture.Layout.TotalBytes].ToArray(), applied);
        }
        finally
        {
            slot.Abandon();
        }
    }

    /// <summary>Captures without looking; allocates nothing of its own.</summary>
    public void CaptureBlindly()
    {
        CaptureOnly(default, out var slot);
        slot.Abandon();
    }

    /// <summary>Captures, then turns the clock to the next edge.</summary>
    public Shot Next(long? period = null)
    {
        var shot = Capture();
        Clock.AdvanceTo(shot.StartOfExposure + (period ?? Period));
        return shot;
    }

    public IReadOnlyList<Shot> Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    /// <summary>Asks for controls in a given frame.</summary>
    public ulong Ask(ulong frame, params ReadOnlySpan<(ControlInfo Control, ControlValue Value)> controls)
    {
        var entries = controls.ToArray().Select(control => new ControlEntry(control.Control.Id, control.Value));
        Schedule.Submit(new ControlSet { Id = ++_lastSet, Context = 1, TargetFrame = frame, Controls = [.. entries] });
        return _lastSet;
    }

    public void SetGlobal(ControlInfo control, ControlValue value) => Schedule.SetGlobal([new ControlEntry(control.Id, value)]);

    public void Dispose()
    {
        Sensor.Dispose();
        _pool.Dispose();
    }

    private void CaptureOnly(CancellationToken stop, out FrameSlot slot)
    {
        slot = _pool.TryRent() ?? throw new InvalidOperationException("The rig's slot is in use.");
        _capture.Begin(slot);
        try
        {
            Sensor.Capture(_capture, stop);
        }
        catch
        {
            slot.Abandon();
            throw;
        }
        finally
        {
            _capture.End();
        }
    }
}

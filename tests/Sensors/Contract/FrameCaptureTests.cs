using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Tests.Contract;

public sealed class FrameCaptureTests : IDisposable
{
    private readonly FramePool _pool = new("test", 64, 2);
    private readonly FrameCapture _capture = new(PixelFormats.Grey.Layout(8, 4),
        new ControlSchedule(ControlCatalogue.All, interleaved: false));

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Header_says_what_the_sensor_said()
    {
        var slot = _pool.TryRent()!;
        _capture.Begin(slot);
        Assert.Equal(32, _capture.Pixels.Length);
        Assert.Equal(0, _capture.Latch(5).Length);
        _capture.Applied(7, ControlValue.From(3L));
        _capture.Complete(123, 30, FrameFlags.Corrupt);
        ref var header = ref slot.Header;
        Assert.Equal((5ul, 123L, 30u, (uint)FrameFlags.Corrupt, 1u),
            (header.Sequence, header.StartOfExposure, header.BytesUsed, header.Flags, header.AppliedCount));
        Assert.Equal(new ControlEntry(7, (uint)ControlResultFlags.Applied, ControlValue.From(3L)), slot.Applied[0]);
        Assert.True(_capture.IsLatched && _capture.IsComplete);
    }

    [Fact]
    public void Steps_out_of_order_are_refused()
    {
        Assert.Throws<InvalidOperationException>(() => _capture.Pixels.Length);
        Assert.Throws<InvalidOperationException>(() => _capture.Latch(1).Length);
        _capture.Begin(_pool.TryRent()!);
        Assert.Throws<InvalidOperationException>(() => _capture.Complete(0, 32));
        _capture.Latch(1);
        Assert.Throws<InvalidOperationException>(() => _capture.Latch(2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => _capture.Complete(0, 33));
        _capture.Complete(0, 32);
        Assert.Throws<InvalidOperationException>(() => _capture.Complete(0, 32));
        _capture.End();
        Assert.Throws<InvalidOperationException>(() => _capture.Applied(1, ControlValue.From(1)));
    }

    [Fact]
    public void Next_frame_starts_afresh_and_its_number_must_be_larger()
    {
        _capture.Begin(_pool.TryRent()!);
        _capture.Latch(1);
        _capture.Applied(1, ControlValue.From(1));
        _capture.Complete(0, 32);
        _capture.End();
        var slot = _pool.TryRent()!;
        _capture.Begin(slot);
        Assert.False(_capture.IsLatched || _capture.IsComplete);
        Assert.Throws<ArgumentOutOfRangeException>(() => _capture.Latch(1).Length);
        _capture.Latch(2);
        _capture.Complete(0, 32);
        Assert.Equal(0u, slot.Header.AppliedCount);
    }

    [Fact]
    public void More_applied_controls_than_fit_are_refused()
    {
        _capture.Begin(_pool.TryRent()!);
        for (var i = 0; i < FrameHeader.MaximumApplied; i++)
            _capture.Applied((uint)i, ControlValue.From(i));
        Assert.Throws<InvalidOperationException>(() => _capture.Applied(99, ControlValue.From(1)));
    }

    [Fact]
    public void Slot_that_is_too_small_is_refused()
    {
        using var small = new FramePool("small", 31, 1);
        Assert.Throws<ArgumentException>(() => _capture.Begin(small.TryRent()!));
    }
}

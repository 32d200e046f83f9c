using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Fabric.Tests.Accounting;

public sealed class MeterTests
{
    [Fact]
    public void A_guest_balances_at_every_moment_between_two_counts()
    {
        var meter = new GuestMeter("guest", "camera", "path");
        meter.CountOffered(3);
        Assert.True(meter.Report().Balanced);
        meter.CountDelivered(100, 5);
        Assert.True(meter.Report().Balanced);
        meter.CountDropped(FrameDropReason.NoRequest, 2);

        var report = meter.Report();
        Assert.True(report.Balanced);
        Assert.Equal((3, 1, 0, 100), (report.Offered, report.Delivered, report.UnderWay, report.Bytes));
        Assert.Equal(new ReasonCount("NoRequest", 2), Assert.Single(report.Dropped));
    }

    [Fact]
    public void A_guest_that_lost_a_frame_nobody_counted_does_not_balance()
    {
        var report = new GuestStatusReport { Offered = 2, Delivered = 1 };

        Assert.False(report.Balanced);
        Assert.False(new FabricStatus("rig", "", 0, [], [report]).Balanced);
    }

    [Fact]
    public void A_camera_with_a_leaked_slot_does_not_balance()
    {
        var meter = new CameraMeter("camera", "fake");
        meter.CountCaptured(2);
        meter.CountFannedOut();
        meter.Lost.Add((int)FrameLoss.NoFreeSlot);
        Assert.True(meter.Report(0).Balanced);

        meter.CountLeaked(1);
        Assert.False(meter.Report(0).Balanced);
    }

    [Fact]
    public void A_rate_is_that_of_the_last_frames_and_0_when_none_come()
    {
        var rate = new RateMeter();
        for (var i = 0; i < 200; i++) rate.Record(1_000_000_000L + i * 10_000_000L);

        Assert.Equal(100, rate.PerSecond(3_000_000_000), 3);
        Assert.Equal(0, rate.PerSecond(9_000_000_000));
    }
}

using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Readers;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.Readers;

public sealed class FrameIntakeTests : TestKit
{
    private readonly CameraMeter _meter = new("front", "fake");
    private readonly LinkMeter _ends = new();
    private readonly TestFrames _frames = new();
    private readonly FrameIntake _intake;
    private readonly TestProbe _fanOut;
    private readonly TestProbe _reader;

    public FrameIntakeTests()
    {
        _intake = new FrameIntake(_meter, new ManualFrameClock(), new FrameWatchdog(3, 1));
        _fanOut = CreateTestProbe();
        _reader = CreateTestProbe();
        _intake.Begin(_fanOut.Ref, _reader.Ref);
    }

    [Fact]
    public void A_frame_of_an_older_epoch_is_refused_and_counted()
    {
        var carrier = _intake.Open(1, _ends, countsGap: false);
        _intake.Know(2);

        carrier.Received(Frame(1, epoch: 1));
        carrier.Received(Frame(2, epoch: 2));

        Assert.Equal(2UL, Take().Header.Sequence);
        Assert.Equal((2, 1, 1), (_meter.Captured, _meter.Lost[(int)FrameLoss.OldEpoch], _ends.Refused));
    }

    [Fact]
    public void What_comes_over_a_closed_link_is_refused_and_given_back()
    {
        var closed = _intake.Open(1, _ends, countsGap: false);
        var open = _intake.Open(2, _ends, countsGap: false);

        closed.Received(Frame(1));
        closed.Missed(2, 0, FrameDropReason.LinkBusy, 1);
        open.Received(Frame(3));

        Assert.Equal(3UL, Take().Header.Sequence);
        Assert.Equal((2, 1), (_meter.Captured, _meter.Lost[(int)FrameLoss.Late]));
        Assert.Equal(_frames.Pool.Slots, _frames.Pool.Free);
    }

    [Fact]
    public void What_a_broken_link_swallowed_is_missed_before_the_next_one_brings_anything()
    {
        _intake.Open(1, _ends, countsGap: false).Received(Frame(10));
        Take();

        var next = _intake.Open(2, _ends, countsGap: true);
        next.Missed(16, 0, FrameDropReason.LinkBusy, 2);
        next.Received(Frame(17));

        Assert.Equal(new FrameMissed(14, 0, FrameDropReason.LinkDown, 4), _fanOut.ExpectMsg<FrameMissed>());
        Assert.Equal(new FrameMissed(16, 0, FrameDropReason.LinkBusy, 2), _fanOut.ExpectMsg<FrameMissed>());
        Assert.Equal(17UL, Take().Header.Sequence);
        Assert.Equal((8, 6), (_meter.Captured, _meter.Lost[(int)FrameLoss.Missed]));
    }

    [Fact]
    public void Numbers_that_are_missing_because_nobody_wanted_frames_are_no_loss()
    {
        _intake.Open(1, _ends, countsGap: false).Received(Frame(10));
        var next = _intake.Open(2, _ends, countsGap: true);
        _intake.ForgetGap();

        next.Received(Frame(20));

        Assert.Equal(0, _meter.Lost.Total);
    }

    [Fact]
    public void A_frame_that_stays_on_its_node_is_the_very_frame_with_a_lease_of_its_own()
    {
        IFrameTap tap = _intake.Open(1, null, countsGap: false);
        var frame = Frame(1);

        tap.Offer(frame);

        Assert.Equal(2, frame.Leases);
        frame.Return();
        Assert.Same(frame, Take());
        Assert.Equal(_frames.Pool.Slots, _frames.Pool.Free);
    }

    [Fact]
    public void The_reader_hears_of_the_next_frame_once()
    {
        var carrier = _intake.Open(7, _ends, countsGap: false);
        _intake.TellNextFrame();

        carrier.Received(Frame(1));
        carrier.Received(Frame(2));

        Assert.Equal(new FrameCame(7), _reader.ExpectMsg<FrameCame>());
        _reader.ExpectNoMsg(TimeSpan.Zero);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _frames.Dispose();
    }

    private Frame Frame(ulong sequence, uint epoch = 0)
    {
        var slot = _frames.Pool.TryRent()!;
        slot.Header.Sequence = sequence;
        slot.Header.Epoch = epoch;
        slot.Header.BytesUsed = 1;
        return slot.Publish();
    }

    private Frame Take()
    {
        var frame = _fanOut.ExpectMsg<Frame>();
        frame.Return();
        return frame;
    }
}

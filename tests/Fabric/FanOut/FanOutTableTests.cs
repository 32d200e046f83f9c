using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.FanOut;

public sealed class FanOutTableTests : IDisposable
{
    private readonly HeldDelivery _delivery = new();
    private readonly TestFrames _frames = new();
    private readonly FanOutTable _table;
    private readonly List<RequestBench> _benches = [];

    public FanOutTableTests()
    {
        _table = new FanOutTable(new CameraMeter("camera", "fake"), _delivery) { IsPerFrame = true };
        _delivery.Ended = (session, request) => _benches.Single(bench => bench.Entry == session).Session.OnRequestCompleted(request);
    }

    public void Dispose()
    {
        foreach (var bench in _benches) bench.Dispose();
        _frames.Dispose();
    }

    [Fact]
    public void An_observers_request_takes_the_next_frame_whosever_it_is()
    {
        var observer = Join(SessionRole.Observer);
        _table.Arm(observer.Submit());

        Offer(set: 99);

        Assert.Equal((1UL, CameraStatus.Ok, 1UL), observer.Results.Single());
    }

    [Fact]
    public void A_request_with_a_target_takes_no_frame_before_it_and_those_behind_it_wait()
    {
        var observer = Join(SessionRole.Observer);
        _table.Arm(observer.Submit(targetFrame: 3));
        _table.Arm(observer.Submit());

        Offer();
        Offer(set: 99);
        Assert.Empty(observer.Results);
        Assert.Equal(2, observer.Meter.Dropped[(int)FrameDropReason.NoRequest]);
        Offer();
        Offer();

        Assert.Equal([(1UL, CameraStatus.Ok, 3UL), (2UL, CameraStatus.Ok, 4UL)], observer.Results);
        Assert.True(observer.Meter.Report().Balanced);
    }

    [Fact]
    public void A_request_whose_target_is_lost_takes_the_frame_after_it()
    {
        var observer = Join(SessionRole.Observer);
        _table.Arm(observer.Submit(targetFrame: 2));

        Offer();
        _table.Lose(_frames.Skip(), 0, FrameDropReason.NoFreeSlot);
        Offer();

        Assert.Equal((1UL, CameraStatus.Ok, 3UL), observer.Results.Single());
    }

    [Fact]
    public void A_request_with_controls_waits_for_the_frame_that_was_exposed_for_it()
    {
        var owner = Join(SessionRole.Owner);
        var request = owner.Submit();
        _table.Arm(request);

        Offer();
        Assert.Empty(owner.Results);
        Offer(request.ControlSet);

        Assert.Equal((1UL, CameraStatus.Ok, 2UL), owner.Results.Single());
        Assert.Equal(1, owner.Meter.Dropped[(int)FrameDropReason.NoRequest]);
    }

    [Fact]
    public void A_request_whose_frame_has_passed_ends_as_frame_lost_before_the_later_one()
    {
        var owner = Join(SessionRole.Owner);
        var (first, second) = (owner.Submit(), owner.Submit());
        _table.Arm(first);
        _table.Arm(second);

        Offer(second.ControlSet);

        Assert.Equal([(1UL, CameraStatus.FrameLost, 1UL), (2UL, CameraStatus.Ok, 1UL)], owner.Results);
    }

    [Theory]
    [InlineData(CameraStatus.TooLate)]
    [InlineData(CameraStatus.FrameLost)]
    public void A_request_whose_controls_come_with_no_frame_ends_at_once(CameraStatus status)
    {
        var owner = Join(SessionRole.Owner);
        var (first, second) = (owner.Submit(), owner.Submit());
        _table.Arm(first);
        _table.Arm(second);

        _table.LoseControlSet(first.ControlSet, owner.Entry.Id, status, 7);
        CarryOut();

        Assert.Equal((1UL, status, 7UL), owner.Results.Single());
        Offer(second.ControlSet);
        Assert.Equal(CameraStatus.Ok, owner.Results[1].Status);
    }

    [Fact]
    public void Interleaved_guests_get_only_frames_of_their_own()
    {
        var (left, right) = (Join(SessionRole.Interleaved), Join(SessionRole.Interleaved));
        var (forLeft, forRight) = (left.Submit(), right.Submit());
        _table.Arm(forLeft);
        _table.Arm(forRight);

        Offer(forRight.ControlSet);
        Offer(forLeft.ControlSet);
        Offer();

        Assert.Equal((1UL, CameraStatus.Ok, 2UL), left.Results.Single());
        Assert.Equal((1UL, CameraStatus.Ok, 1UL), right.Results.Single());
        Assert.Equal(1, left.Meter.Offered);
        Assert.Equal(2, left.Meter.Report().OtherGuest);
    }

    [Fact]
    public void A_frame_without_pixels_is_missed_by_all_that_it_was_meant_for()
    {
        var (owner, observer) = (Join(SessionRole.Owner), Join(SessionRole.Observer));
        var request = owner.Submit();
        _table.Arm(request);
        _table.Arm(observer.Submit());

        _table.Lose(5, request.ControlSet, FrameDropReason.NoFreeSlot);
        CarryOut();

        Assert.Equal((1UL, CameraStatus.FrameLost, 5UL), owner.Results.Single());
        Assert.Empty(observer.Results);
        Assert.All(_benches, bench => Assert.Equal(1, bench.Meter.Dropped[(int)FrameDropReason.NoFreeSlot]));
    }

    [Fact]
    public void A_full_delivery_drops_the_frame_and_keeps_requests_that_can_take_a_later_one()
    {
        var (owner, observer) = (Join(SessionRole.Owner), Join(SessionRole.Observer));
        var request = owner.Submit();
        _table.Arm(request);
        _table.Arm(observer.Submit());
        _delivery.IsFull = true;

        Offer(request.ControlSet);
        Assert.Equal(CameraStatus.FrameLost, owner.Results.Single().Status);
        Assert.Empty(observer.Results);

        _delivery.IsFull = false;
        Offer();
        Assert.Equal(CameraStatus.Ok, observer.Results.Single().Status);
        Assert.Equal(1, observer.Meter.Dropped[(int)FrameDropReason.DeliveryBusy]);
    }

    [Fact]
    public void A_session_of_an_older_configuration_gets_stale_requests_back_and_no_frames()
    {
        var observer = Join(SessionRole.Observer);
        _table.Arm(observer.Submit());

        _table.Supersede(2);
        CarryOut();
        Assert.Equal(CameraStatus.Stale, observer.Results.Single().Status);

        _table.Arm(observer.Submit());
        Offer(generation: 2);
        Assert.Single(observer.Results);
        Assert.Equal(1, observer.Meter.Dropped[(int)FrameDropReason.Stale]);
    }

    [Fact]
    public void A_lost_source_ends_every_request_with_no_source()
    {
        var (owner, observer) = (Join(SessionRole.Owner), Join(SessionRole.Observer));
        _table.Arm(owner.Submit());
        _table.Arm(observer.Submit());

        _table.FailAll(CameraStatus.NoSource);
        CarryOut();

        Assert.All(_benches, bench => Assert.Equal(CameraStatus.NoSource, bench.Results.Single().Status));
    }

    [Fact]
    public void Losing_ownership_calls_off_what_was_bound_and_leaves_the_rest()
    {
        var owner = Join(SessionRole.Owner);
        _table.Arm(owner.Submit());
        _table.Arm(owner.Submit());

        _table.Unbind(owner.Entry);
        CarryOut();

        Assert.Equal([CameraStatus.Cancelled, CameraStatus.Cancelled], owner.Results.Select(result => result.Status));
    }

    [Fact]
    public void A_guest_that_does_not_ask_misses_frames_alone()
    {
        var (quick, slow) = (Join(SessionRole.Observer), Join(SessionRole.Observer));
        for (var i = 0; i < 5; i++)
        {
            _table.Arm(quick.Submit());
            Offer();
        }

        Assert.Equal(5, quick.Results.Count);
        Assert.Equal(5, slow.Meter.Dropped[(int)FrameDropReason.NoRequest]);
        Assert.True(slow.Meter.Report().Balanced);
    }

    private RequestBench Join(SessionRole role)
    {
        var bench = new RequestBench((ulong)_benches.Count + 1, role);
        _benches.Add(bench);
        _table.Begin(bench.Entry, 1);
        return bench;
    }

    private void Offer(ulong set = 0, uint generation = 1)
    {
        var frame = _frames.Make(set, generation);
        _table.Offer(frame);
        frame.Return();
        CarryOut();
    }

    private void CarryOut()
    {
        _delivery.CarryOutAll();
        foreach (var bench in _benches) bench.Reap();
        Assert.Equal(_frames.Pool.Slots, _frames.Pool.Free);
    }
}

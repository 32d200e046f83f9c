using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Guests;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.FanOut;

/// <summary>Bytes per second and guest, decided in the fan-out.</summary>
public sealed class ByteBudgetTests : IDisposable
{
    private const long Second = 1_000_000_000;
    private readonly ManualFrameClock _clock = new();
    private readonly HeldDelivery _delivery = new();
    private readonly TestFrames _frames = new();
    private readonly FanOutTable _table;
    private readonly List<RequestBench> _benches = [];

    public ByteBudgetTests()
    {
        _table = new FanOutTable(new CameraMeter("camera", "fake"), _delivery) { IsPerFrame = true };
        _delivery.Ended = (session, request) => _benches.Single(bench => bench.Entry == session).Session.OnRequestCompleted(request);
    }

    public void Dispose()
    {
        foreach (var bench in _benches) bench.Dispose();
        _frames.Dispose();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(0L, false)]
    [InlineData(1_000_000L, true)]
    public void A_guest_without_limit_is_exempt_from_that_of_the_node(long? ofGuest, bool isLimited)
    {
        var guest = new GuestRig { Name = "vision", Cameras = [], BytesPerSecond = ofGuest };

        Assert.Equal(isLimited, GuestBudget.Of(guest, new FabricOptions { GuestBytesPerSecond = 5_000_000 }, _clock).Bytes is not null);
    }

    [Fact]
    public void Frames_beyond_the_budget_are_dropped_for_that_guest_alone_and_counted_and_its_requests_wait_for_the_next()
    {
        var thrifty = Join(SessionRole.Observer, new ByteBudget(2 * RequestBench.FrameBytes, _clock));
        var other = Join(SessionRole.Observer);
        for (var i = 0; i < 3; i++)
        {
            _table.Arm(thrifty.Submit());
            _table.Arm(other.Submit());
        }

        for (var i = 0; i < 3; i++) Offer();
        Assert.Equal([1UL, 2UL], thrifty.Results.Select(result => result.Frame));
        Assert.Equal(3, other.Results.Count);
        Assert.Equal(1, thrifty.Meter.Dropped[(int)FrameDropReason.OverBudget]);
        Assert.Equal(DropReason.Policy, DropReasons.ToGuest(FrameDropReason.OverBudget));

        _clock.Advance(Second / 2 + 1);
        Offer();

        Assert.Equal((3UL, CameraStatus.Ok, 4UL), thrifty.Results[2]);
        Assert.True(thrifty.Meter.Report().Balanced);
    }

    [Fact]
    public void A_request_that_was_bound_to_a_frame_beyond_the_budget_has_lost_it()
    {
        var owner = Join(SessionRole.Owner, new ByteBudget(RequestBench.FrameBytes, _clock));
        var (first, second) = (owner.Submit(), owner.Submit());
        _table.Arm(first);
        _table.Arm(second);

        Offer(first.ControlSet);
        Offer(second.ControlSet);

        Assert.Equal([CameraStatus.Ok, CameraStatus.FrameLost], owner.Results.Select(result => result.Status));
        Assert.Equal(1, owner.Meter.Dropped[(int)FrameDropReason.OverBudget]);
        Assert.Equal(0, owner.Meter.RequestsWaiting);
    }

    [Fact]
    public void Devices_of_one_guest_share_its_budget()
    {
        var budget = new ByteBudget(2 * RequestBench.FrameBytes, _clock);
        var (front, rear) = (Join(SessionRole.Observer, budget), Join(SessionRole.Observer, budget));
        foreach (var bench in _benches)
        {
            _table.Arm(bench.Submit());
            _table.Arm(bench.Submit());
        }

        Offer();
        Offer();

        Assert.Equal((1, 1), (front.Results.Count, rear.Results.Count));
        Assert.All(_benches, bench => Assert.Equal(1, bench.Meter.Dropped[(int)FrameDropReason.OverBudget]));
    }

    [Fact]
    public void A_guest_that_does_not_ask_for_frames_spends_nothing()
    {
        var budget = new ByteBudget(RequestBench.FrameBytes, _clock);
        var guest = Join(SessionRole.Observer, budget);
        for (var i = 0; i < 5; i++) Offer();

        Assert.False(budget.IsSpent);
        Assert.Equal(5, guest.Meter.Dropped[(int)FrameDropReason.NoRequest]);
    }

    [Fact]
    public void An_interleaved_guests_frame_whose_request_it_took_back_is_its_own_drop_and_not_another_guests()
    {
        var (left, right) = (Join(SessionRole.Interleaved), Join(SessionRole.Interleaved));
        var request = left.Submit();
        _table.Arm(request);
        left.CancelAll();

        Offer(request.ControlSet);

        Assert.Equal(1, left.Meter.Dropped[(int)FrameDropReason.Cancelled]);
        Assert.Equal((0, 1), (left.Meter.Report().OtherGuest, right.Meter.Report().OtherGuest));
        Assert.All(_benches, bench => Assert.True(bench.Meter.Report().Balanced));
    }

    private RequestBench Join(SessionRole role, ByteBudget? bytes = null)
    {
        var bench = new RequestBench((ulong)_benches.Count + 1, role, bytes: bytes);
        _benches.Add(bench);
        _table.Begin(bench.Entry, 1);
        return bench;
    }

    private void Offer(ulong set = 0)
    {
        var frame = _frames.Make(set);
        _table.Offer(frame);
        frame.Return();
        _delivery.CarryOutAll();
        foreach (var bench in _benches) bench.Reap();
        Assert.Equal(_frames.Pool.Slots, _frames.Pool.Free);
    }
}

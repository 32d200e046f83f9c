using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.FanOut;

/// <summary>Requests that keep their frame, as the fan-out sees them.</summary>
public sealed class KeptFrameTests : IDisposable
{
    private readonly HeldDelivery _delivery = new();
    private readonly TestFrames _frames = new();
    private readonly GuestMeter _meter = new("guest", "camera", "nowhere");
    private readonly FanOutTable _table;

    public KeptFrameTests() => _table = new FanOutTable(new CameraMeter("camera", "fake"), _delivery) { IsPerFrame = true };

    public void Dispose() => _frames.Dispose();

    [Fact]
    public void An_owners_request_bound_to_a_frame_beyond_its_leases_ends_with_FRAME_LOST()
    {
        var request = Arm(SessionRole.Owner, LeaseAnswer.LimitReached, set: 7);
        Offer(set: 7);
        Assert.Equal(CameraStatus.FrameLost, request.Ended);
        Assert.Equal((1, 0), (_meter.Dropped[(int)FrameDropReason.LeasesHeld], _meter.RequestsWaiting));
    }

    [Fact]
    public void A_frame_in_place_spends_no_bytes_and_is_given_also_when_all_are_spent()
    {
        var bytes = new ByteBudget(1, new ManualFrameClock());
        Arm(SessionRole.Observer, LeaseAnswer.Reserved, 0, bytes);
        Offer(0);
        Assert.False(bytes.IsSpent);

        bytes.Spend(RequestBench.FrameBytes);
        var request = Arm(SessionRole.Observer, LeaseAnswer.Reserved, 0, bytes);
        Offer(0);
        Assert.Equal(CameraStatus.Ok, request.Ended);
    }

    private Kept Arm(SessionRole role, LeaseAnswer answer, ulong set, ByteBudget? bytes = null)
    {
        foreach (var earlier in _table.Sessions.ToArray()) _table.Remove(earlier);
        var session = new FanOutSession(1, role, _meter, ActorRefs.Nobody, 8) { Bytes = bytes };
        _table.Begin(session, 1);
        var request = new Kept(answer, set) { Owner = session };
        _table.Arm(request);
        return request;
    }

    private void Offer(ulong set)
    {
        var frame = _frames.Make(set);
        _table.Offer(frame);
        frame.Return();
        _delivery.CarryOutAll();
    }

    private sealed class Kept : FrameRequest
    {
        private readonly LeaseAnswer _answer;

        public Kept(LeaseAnswer answer, ulong set)
            : base(1)
        {
            _answer = answer;
            ControlSet = set;
            BeginWaiting();
        }

        public CameraStatus? Ended { get; private set; }

        public override bool KeepsFrame => true;

        public override int TargetCount => 0;

        public override LeaseAnswer TryReserve(Frame frame) => _answer;

        public override GuestRange Target(int index) => throw new InvalidOperationException("it has none");

        public override bool BeginWrite() => true;

        public override void EndWrite()
        {
        }

        public override void Complete(Frame frame) => Ended = CameraStatus.Ok;

        public override void Fail(CameraStatus status, ulong frame = 0) => Ended = status;
    }
}

using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Sensors.Controls;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>Requests go back in the order in which they were accepted, whoever ends them first.</summary>
public sealed class RequestOrderTests
{
    [Fact]
    public void A_request_that_is_done_waits_for_those_before_it()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = new[] { rig.Request(1, 0), rig.Request(2, 1), rig.Request(3, 2) };
        var armed = rig.Host.Armed.ToArray();
        rig.Deliver(armed[2], rig.Capture(3, armed[2].ControlSet));
        rig.Deliver(armed[1], rig.Capture(2, armed[1].ControlSet));
        Assert.DoesNotContain(sent, s => s.IsAnswered);
        Assert.Equal(3, rig.Session.InFlight);
        rig.Deliver(armed[0], rig.Capture(1, armed[0].ControlSet));
        var order = new List<SessionRig.Sent>();
        rig.Reap(CameraWire.RequestQueue, order);
        Assert.Equal(sent, order);
        Assert.All(armed, request => Assert.Equal(RequestState.Free, request.State));
    }

    [Fact]
    public void A_lost_frame_keeps_its_place()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var first = rig.Request(1, 0);
        var second = rig.Request(2, 1);
        rig.Session.OnControlSetLost(new ControlSetLoss(rig.Host.Armed[1].ControlSet, 7, ControlSetFailure.FrameLost, 12));
        Assert.False(second.IsAnswered);
        rig.Deliver(rig.Host.Armed[0], rig.Capture(11, rig.Host.Armed[0].ControlSet));
        Assert.Equal(CameraStatus.Ok, first.Status);
        Assert.Equal(CameraStatus.FrameLost, second.Status);
        Assert.Equal(12ul, second.Result.FrameNumber);
    }

    [Fact]
    public void A_timeout_does_not_wait_for_those_before_it_and_frees_those_behind()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var slow = rig.Request(1, 0, timeout: 30_000_000);
        var quick = rig.Request(2, 1, timeout: 10_000_000);
        var done = rig.Request(3, 2);
        rig.Deliver(rig.Host.Armed[2], rig.Capture(3, rig.Host.Armed[2].ControlSet));
        rig.Clock.Advance(10_000_000);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Timeout, quick.Status);
        Assert.False(slow.IsAnswered || done.IsAnswered);
        rig.Clock.Advance(20_000_000);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Timeout, slow.Status);
        Assert.Equal(CameraStatus.Ok, done.Status);
    }

    [Theory]
    [InlineData(CameraStatus.Timeout)]
    [InlineData(CameraStatus.Cancelled)]
    [InlineData(CameraStatus.NoSource)]
    [InlineData(CameraStatus.NotOwner)]
    public void What_the_delivery_gives_up_waits_for_nobody_either(CameraStatus status)
    {
        using var rig = new SessionRig();
        rig.Stream();
        var first = rig.Request(1, 0);
        var second = rig.Request(2, 1);
        var given = rig.Host.Last!;
        Assert.True(given.TryClaim());
        given.Fail(status);
        rig.Session.OnRequestCompleted(given);
        Assert.Equal(status, second.Status);
        Assert.False(first.IsAnswered);
        Assert.Equal((1, RequestState.Free), (rig.Session.InFlight, given.State));
    }

    [Fact]
    public void A_set_that_was_called_off_ends_its_request_at_once()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var first = rig.Request(1, 0);
        var second = rig.Request(2, 1);
        rig.Session.OnControlSetLost(new ControlSetLoss(rig.Host.Last!.ControlSet, 7, ControlSetFailure.Cancelled, 0));
        Assert.Equal(CameraStatus.Cancelled, second.Status);
        Assert.False(first.IsAnswered);
    }

    [Fact]
    public void A_refusal_waits_for_nobody()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var held = rig.Request(1, 0);
        Assert.Equal(CameraStatus.Invalid, rig.Request(2, 99).Status);
        Assert.False(held.IsAnswered);
    }

    [Fact]
    public void Whatever_ends_them_every_request_comes_back_once_and_the_delivered_ones_in_order()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), script => Play(script)).QuickCheckThrowOnFailure();
    }

    // Each byte is one thing that happens: a request, a delivery, a loss, a time-out, a flush, the source going.
    private static bool Play(byte[] script)
    {
        using var rig = new SessionRig();
        rig.Stream(8);
        var sent = new List<SessionRig.Sent>();
        var order = new List<SessionRig.Sent>();
        ulong frame = 0;
        foreach (var step in script)
        {
            var waiting = rig.Host.Armed.Where(request => request.State == RequestState.Waiting).ToArray();
            switch (step % 8)
            {
                case 0 or 1 or 2:
                    sent.Add(rig.Request((ulong)sent.Count + 1, (uint)(step / 8 % 8), timeout: (ulong)(step + 1) * 1_000_000));
                    break;
                case 3 or 4 when waiting.Length > 0:
                    var winner = waiting[step / 8 % waiting.Length];
                    rig.Deliver(winner, rig.Capture(++frame, winner.ControlSet));
                    break;
                case 5 when waiting.Length > 0:
                    rig.Session.OnControlSetLost(new ControlSetLoss(waiting[step / 8 % waiting.Length].ControlSet, 7,
                        ControlSetFailure.FrameLost, frame));
                    break;
                case 6:
                    rig.Clock.Advance(step * 1_000_000L);
                    rig.Session.OnTick();
                    break;
                case 7 when step > 200:
                    rig.Command(CameraCommand.Flush, new GenerationCommand(rig.Session.Generation, 0));
                    break;
            }

            rig.Host.Armed.RemoveAll(request => request.State != RequestState.Waiting);
            rig.Reap(CameraWire.RequestQueue, order);
        }

        rig.Session.Stop();
        rig.Reap(CameraWire.RequestQueue, order);
        var delivered = order.Where(s => s.Status is CameraStatus.Ok or CameraStatus.FrameLost).Select(s => s.Result.RequestId).ToArray();
        return order.Count == sent.Count && rig.Session.InFlight == 0 && delivered.SequenceEqual(delivered.Order())
            && rig.Session.Counters.RequestsEnded == sent.Count;
    }
}

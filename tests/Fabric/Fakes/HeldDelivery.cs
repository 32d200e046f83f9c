using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.Fakes;

/// <summary>A delivery that carries out what it was given when the test says so.</summary>
internal sealed class HeldDelivery : IDeliveryQueue
{
    private readonly Queue<(Frame? Frame, FrameRequest Request, FanOutSession Session, CameraStatus Status, ulong Sequence)> _items = new();

    public bool IsFull { get; set; }

    public int Count => _items.Count;

    /// <summary>Whom to tell of a request that has ended.</summary>
    public Action<FanOutSession, FrameRequest> Ended { get; set; } = static (_, _) => { };

    public void Deliver(Frame frame, FrameRequest request, FanOutSession session) =>
        _items.Enqueue((frame, request, session, CameraStatus.Ok, 0));

    public void Fail(FrameRequest request, FanOutSession session, CameraStatus status, ulong frame) =>
        _items.Enqueue((null, request, session, status, frame));

    public void Commit()
    {
    }

    public void CarryOutAll()
    {
        while (_items.Count > 0) CarryOut();
    }

    public void CarryOut()
    {
        if (!_items.TryDequeue(out var item)) return;
        if (item.Frame is null)
        {
            item.Request.Fail(item.Status, item.Sequence);
        }
        else
        {
            if (item.Request.ControlSet != 0) Assert.Equal(item.Request.ControlSet, item.Frame.Header.ControlSet);
            Assert.True(item.Request.BeginWrite());
            item.Request.Complete(item.Frame);
            item.Request.EndWrite();
            item.Session.Meter.CountDelivered(1, 1);
            item.Frame.Return();
        }

        Ended(item.Session, item.Request);
    }
}

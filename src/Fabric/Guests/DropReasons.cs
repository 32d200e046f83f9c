using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;

namespace CameraFabric.Fabric.Guests;

/// <summary>Why a frame was dropped, in the words that a guest knows.</summary>
internal static class DropReasons
{
    /// <summary>How many reasons the fabric knows.</summary>
    public static int Count { get; } = Enum.GetValues<FrameDropReason>().Length;

    /// <summary>What the guest is told; null for a frame that it gave up itself.</summary>
    /// <param name="reason">The fabric's reason.</param>
    public static DropReason? ToGuest(FrameDropReason reason) => reason switch
    {
        FrameDropReason.NoRequest => DropReason.NoRequest,
        FrameDropReason.DeliveryBusy or FrameDropReason.NoFreeSlot or FrameDropReason.LinkBusy => DropReason.Overrun,
        FrameDropReason.Cancelled => null,
        FrameDropReason.LeasesHeld => DropReason.Leases,
        FrameDropReason.SensorFailed or FrameDropReason.SensorSkipped or FrameDropReason.Faulty or FrameDropReason.LinkDown
            or FrameDropReason.Fenced => DropReason.Source,
        _ => DropReason.Policy,
    };
}

using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>How long the parts of a request and of its result can be; the configuration space tells the driver.</summary>
internal static class RequestLimits
{
    /// <summary>Most items in a control packet of the driver.</summary>
    public const int MaximumItems = 64;

    /// <summary>Longest control packet of the driver: its items with the largest values.</summary>
    public const int MaximumPacketBytes = PacketHeader.Bytes + MaximumItems * (PacketItem.Bytes + ControlValue.MaximumBytes);

    /// <summary>Longest request.</summary>
    public const int MaximumRequestBytes = RequestHeader.Bytes + StreamWire.MaximumStreams * BufferReference.Bytes + MaximumPacketBytes;

    /// <summary>
    /// Items in a result's metadata: every control that a frame can carry, and every item of the request that was not looked at.
    /// </summary>
    public const int MaximumResultItems = FrameHeader.MaximumApplied + MaximumItems;

    /// <summary>Longest result.</summary>
    public const int MaximumResultBytes = ResultHeader.Bytes + StreamWire.MaximumStreams * BufferResult.Bytes
        + PacketHeader.Bytes + MaximumResultItems * PacketItem.Bytes + FrameHeader.MaximumApplied * ControlValue.MaximumBytes;
}

using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Delivery;

/// <summary>One claimed request and how it is to end.</summary>
/// <param name="Frame">The frame that it gets, with a lease; null if it fails.</param>
/// <param name="Request">The request.</param>
/// <param name="Session">Whose it is.</param>
/// <param name="Status">How it fails, if it does.</param>
/// <param name="Sequence">The frame concerned, if it fails.</param>
internal readonly record struct DeliveryItem(Frame? Frame, FrameRequest Request, FanOutSession Session, CameraStatus Status,
    ulong Sequence);

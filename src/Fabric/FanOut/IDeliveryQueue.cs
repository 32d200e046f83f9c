using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.FanOut;

/// <summary>Where the fan-out's decisions go, to be carried out elsewhere and in order.</summary>
internal interface IDeliveryQueue
{
    /// <summary>Whether as many frames are on their way as may be: another one would have to wait.</summary>
    bool IsFull { get; }

    /// <summary>A claimed request gets a frame; the lease of that frame goes along.</summary>
    /// <param name="frame">The frame, with a lease for this request.</param>
    /// <param name="request">The request.</param>
    /// <param name="session">Whose it is.</param>
    void Deliver(Frame frame, FrameRequest request, FanOutSession session);

    /// <summary>A claimed request ends without a frame, after those that were claimed before it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="session">Whose it is.</param>
    /// <param name="status">How it ends.</param>
    /// <param name="frame">The frame concerned; 0 if none is.</param>
    void Fail(FrameRequest request, FanOutSession session, CameraStatus status, ulong frame);

    /// <summary>What was added since the last time may be carried out.</summary>
    void Commit();
}

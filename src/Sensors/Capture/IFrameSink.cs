using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Capture;

/// <summary>Why a frame that was exposed reaches nobody.</summary>
public enum FrameLossReason
{
    /// <summary>Every slot of the pool was in use.</summary>
    NoFreeSlot,
    /// <summary>The sensor failed between the frame's edge and its end.</summary>
    SensorFailed,
    /// <summary>Capture was stopped between the frame's edge and its end.</summary>
    Stopped,
}

/// <summary>Where a <see cref="CaptureLoop"/> hands on what happens. Called on the capture thread: it must return quickly and not
/// throw.</summary>
public interface IFrameSink
{
    /// <summary>A frame; its one lease is the sink's.</summary>
    void Published(Frame frame);

    /// <summary>A frame that was exposed and is lost.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="controlSet">The control set that it was exposed for, which is lost with it; 0 = none.</param>
    /// <param name="reason">Why.</param>
    void Lost(ulong sequence, ulong controlSet, FrameLossReason reason);

    /// <summary>Something is wrong with a frame. Unless it is <see cref="FrameFault.Frozen"/>, the frame is lost, and <see cref="Lost"/> is
    /// not called for it.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="sequence">The number that the sensor gave it.</param>
    /// <param name="controlSet">The control set that it was exposed for; 0 = none.</param>
    void Faulty(FrameFault fault, ulong sequence, ulong controlSet);

    /// <summary>A control set that will not come with any frame.</summary>
    void ControlSetLost(in ControlSetLoss loss);

    /// <summary>The sensor has no more frames. Nothing follows.</summary>
    void Ended();

    /// <summary>The sensor failed. Nothing follows.</summary>
    void Failed(Exception error);
}

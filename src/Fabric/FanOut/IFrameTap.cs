using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Messages;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.FanOut;

/// <summary>
/// Is told what a camera's fan-out is told, in its order, to hand it on to another node or another fan-out. Called in the fan-out's turn:
/// must not block, and allocates nothing for a frame.
/// </summary>
internal interface IFrameTap
{
    /// <summary>A frame has come. Takes a lease of its own if it wants the frame.</summary>
    /// <param name="frame">The frame; the caller holds a lease during the call.</param>
    void Offer(Frame frame);

    /// <summary>Frames have no pixels here.</summary>
    /// <param name="sequence">The number of the last of them.</param>
    /// <param name="controlSet">The set that it was exposed for; 0 for none.</param>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many.</param>
    void Miss(ulong sequence, ulong controlSet, FrameDropReason reason, int count);

    /// <summary>A control set will come with no frame.</summary>
    void LoseControlSet(ControlSetLost lost);

    /// <summary>The source is lost.</summary>
    void LoseSource();
}

using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Messages;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Links;

/// <summary>
/// What a link's receiver hands on: what the home's fan-out was told, in its order. Called on the link's one thread, so it must not block.
/// </summary>
internal interface ILinkSink
{
    /// <summary>A frame has come, whole and checked.</summary>
    /// <param name="frame">The frame; its one lease is the sink's.</param>
    void Received(Frame frame);

    /// <summary>Frames have no pixels here: dropped at home, on the link, or for want of a slot on this side.</summary>
    /// <param name="sequence">The number of the last of them.</param>
    /// <param name="controlSet">The set that it was exposed for; 0 for none.</param>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many, 1 or more.</param>
    void Missed(ulong sequence, ulong controlSet, FrameDropReason reason, int count);

    /// <summary>A control set will come with no frame.</summary>
    void ControlSetLost(ControlSetLost lost);

    /// <summary>The home has lost its source.</summary>
    void SourceLost();

    /// <summary>The link is over: called once, last, also when it never came about or was stopped from this side.</summary>
    /// <param name="end">Why, and whether somebody wanted it so.</param>
    void Ended(LinkEnd end);
}

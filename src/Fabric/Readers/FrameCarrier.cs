using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Readers;

/// <summary>
/// One way on which frames come to a reader: as a link's sink, called on the link's thread, or, where the home is on the same node, as a
/// tap of its fan-out. Then it is the very frame that goes on, with a lease of its own.
/// </summary>
/// <param name="intake">Where it all goes.</param>
/// <param name="link">The reader's number for it.</param>
/// <param name="ends">Where the link's end is counted; null for one that is no link.</param>
internal sealed class FrameCarrier(FrameIntake intake, ulong link, LinkMeter? ends) : ILinkSink, IFrameTap
{
    /// <summary>The reader's number for it.</summary>
    public ulong Link => link;

    /// <summary>Where the link's end is counted; null for one that is no link.</summary>
    public LinkMeter? Ends => ends;

    /// <inheritdoc/>
    public void Received(Frame frame) => intake.Received(this, frame);

    /// <inheritdoc/>
    public void Missed(ulong sequence, ulong controlSet, FrameDropReason reason, int count) =>
        intake.Missed(this, sequence, controlSet, reason, count);

    /// <inheritdoc/>
    public void ControlSetLost(ControlSetLost lost) => intake.Lost(this, lost);

    /// <inheritdoc/>
    public void SourceLost() => intake.SourceLost(this);

    /// <inheritdoc/>
    public void Ended(LinkEnd end) => intake.Ended(this, end);

    /// <inheritdoc/>
    public void Offer(Frame frame)
    {
        _ = frame.Lease();
        intake.Received(this, frame);
    }

    /// <inheritdoc/>
    public void Miss(ulong sequence, ulong controlSet, FrameDropReason reason, int count) =>
        intake.Missed(this, sequence, controlSet, reason, count);

    /// <inheritdoc/>
    public void LoseControlSet(ControlSetLost lost) => intake.Lost(this, lost);

    /// <inheritdoc/>
    public void LoseSource() => intake.SourceLost(this);
}

/// <summary>A frame has come, as the reader wanted to hear.</summary>
/// <param name="Link">Over which link.</param>
internal sealed record FrameCame(ulong Link);

/// <summary>A link is over.</summary>
/// <param name="Link">The reader's number for it.</param>
/// <param name="End">Why, and whether somebody wanted it so.</param>
internal sealed record CarrierEnded(ulong Link, LinkEnd End);

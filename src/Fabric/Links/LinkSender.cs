using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Links;

/// <summary>The home's end of a link: sends what the fan-out is told to one reader node, on a thread of its own.</summary>
internal sealed class LinkSender : IFrameTap
{
    /// <summary>A sender that does not run yet.</summary>
    public LinkSender(LinkConnection connection, LinkOptions options, LinkMeter meter, FrameClock clock, ILogger logger)
    {
    }

    /// <summary>Ends with the link, and says why. All leases have been given back then.</summary>
    public Task<string> Ended => throw new NotSupportedException();

    /// <summary>Starts the thread.</summary>
    public void Start()
    {
    }

    /// <summary>Sends what waits, as far as the reader takes it at once, says why, and ends. Does not wait. Any thread.</summary>
    public void Stop(string reason)
    {
    }

    /// <inheritdoc/>
    public void Offer(Frame frame)
    {
    }

    /// <inheritdoc/>
    public void Miss(ulong sequence, ulong controlSet, FrameDropReason reason, int count)
    {
    }

    /// <inheritdoc/>
    public void LoseControlSet(ControlSetLost lost)
    {
    }

    /// <inheritdoc/>
    public void LoseSource()
    {
    }
}

using CameraFabric.Fabric.Cameras;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Links;

/// <summary>The reader's end of a link, for one connection: connecting anew is its owner's decision, with a new offer.</summary>
internal sealed class LinkReceiver
{
    /// <summary>A receiver that does not run yet.</summary>
    /// <param name="offer">Where to connect.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="node">This node's name.</param>
    /// <param name="hostName">The machine that this node runs on: the unix socket is taken if it is the offer's.</param>
    /// <param name="pools">Where frames that come over TCP are put; it outlives the link.</param>
    /// <param name="sink">Who gets what comes.</param>
    /// <param name="options">Limits.</param>
    /// <param name="meter">Where it is counted.</param>
    /// <param name="clock">The frame clock.</param>
    /// <param name="time">Measures the time limit of the greeting.</param>
    /// <param name="logger">Where the link's life is told.</param>
    public LinkReceiver(LinkOffer offer, string camera, string node, string hostName, PoolShelf pools, ILinkSink sink, LinkOptions options,
        LinkMeter meter, FrameClock clock, TimeProvider time, ILogger logger)
    {
    }

    /// <summary>Ends after the last call of the sink, and says why the link is over.</summary>
    public Task<string> Ended => throw new NotSupportedException();

    /// <summary>Starts the thread, which connects.</summary>
    public void Start()
    {
    }

    /// <summary>Ends the link. Does not wait; the sink is still told that it is broken. Any thread.</summary>
    public void Stop()
    {
    }
}

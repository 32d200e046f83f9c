using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Fabric.Links;

/// <summary>
/// Everything that is counted about one end of a link; it may outlive the connection and count on for the next. Written by the link's threads, read by
/// anybody; counting allocates nothing. At the sender, when nothing waits: offered = sent + dropped.
/// </summary>
public sealed class LinkMeter
{
    private long _offered;
    private long _sent;
    private long _received;
    private long _missed;
    private long _refused;
    private long _bytes;
    private long _breaks;
    private int _credit;

    /// <summary>Sender: frames that the fan-out offered.</summary>
    public long Offered => Interlocked.Read(ref _offered);

    /// <summary>Sender: frames written to the connection whole.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Sender: frames offered and not sent, by <see cref="FrameDropReason"/>.</summary>
    public Tally Dropped { get; } = Tally.Of<FrameDropReason>();

    /// <summary>Sender: frames that the reader would take now.</summary>
    public int Credit => Volatile.Read(ref _credit);

    /// <summary>Receiver: frames handed on.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Receiver: frames that were told as missed.</summary>
    public long Missed => Interlocked.Read(ref _missed);

    /// <summary>Receiver: frames that the reader refused, e.g. of an older epoch.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Bytes written to the connection, or received from it.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Connections that came to an end which neither side wanted.</summary>
    public long Breaks => Interlocked.Read(ref _breaks);

    /// <summary>How fast frames are sent, or received.</summary>
    public RateMeter Rate { get; } = new();

    /// <summary>The link's end as it is now.</summary>
    /// <param name="node">The node at the other end.</param>
    /// <param name="now">Now, in nanoseconds of the frame clock.</param>
    public LinkStatusReport Report(string node, long now)
    {
        // What comes later on a frame's way is read first, so that a frame under way makes "offered" the larger one.
        var dropped = Dropped.Report();
        var sent = Sent;
        return new LinkStatusReport
        {
            Node = node,
            Dropped = dropped,
            Sent = sent,
            Offered = Offered,
            Credit = Credit,
            Received = Received,
            Missed = Missed,
            Refused = Refused,
            Bytes = Bytes,
            Breaks = Breaks,
            FramesPerSecond = Rate.PerSecond(now),
        };
    }

    /// <summary>The reader has refused a frame that it received.</summary>
    public void CountRefused() => Interlocked.Increment(ref _refused);

    internal void CountOffered() => Interlocked.Increment(ref _offered);

    internal void CountSent(long now)
    {
        Rate.Record(now);
        Interlocked.Increment(ref _sent);
    }

    internal void CountReceived(long now)
    {
        Rate.Record(now);
        Interlocked.Increment(ref _received);
    }

    internal void CountMissed(int frames) => Interlocked.Add(ref _missed, frames);

    internal void CountBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);

    internal void CountBreak() => Interlocked.Increment(ref _breaks);

    internal void SetCredit(int credit) => Volatile.Write(ref _credit, credit);
}

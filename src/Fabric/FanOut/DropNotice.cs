using CameraFabric.Fabric.Accounting;

namespace CameraFabric.Fabric.FanOut;

/// <summary>
/// Tells a session that frames were dropped: one object for its whole life. However many frames are dropped before the session looks, one
/// message lies in its mailbox. Thread-safe.
/// </summary>
/// <param name="session">Whose frames.</param>
public sealed class DropNotice(FanOutSession session)
{
    private readonly int[] _counts = new int[Enum.GetValues<FrameDropReason>().Length];
    private long _lastFrame;
    private int _told;

    /// <summary>Whose frames were dropped.</summary>
    public FanOutSession Session { get; } = session;

    /// <summary>The newest frame that was dropped.</summary>
    public ulong LastFrame => (ulong)Interlocked.Read(ref _lastFrame);

    /// <summary>Begins to look: what is dropped from now on is told anew. Then <see cref="Take"/> each reason.</summary>
    public void Open() => Volatile.Write(ref _told, 0);

    /// <summary>How many were dropped for a reason since the last look.</summary>
    /// <param name="reason">The reason.</param>
    public int Take(FrameDropReason reason) => Interlocked.Exchange(ref _counts[(int)reason], 0);

    /// <summary>Notes some.</summary>
    /// <returns>Whether the session has to be told.</returns>
    internal bool Add(FrameDropReason reason, ulong frame, int count)
    {
        Interlocked.Add(ref _counts[(int)reason], count);
        Interlocked.Exchange(ref _lastFrame, (long)frame);
        return Interlocked.Exchange(ref _told, 1) == 0;
    }
}

namespace CameraFabric.Fabric.Placement;

/// <summary>
/// A node's own right to deliver frames: open while it has heard, within the fence time, from enough others that it would survive a
/// division of the cluster now. A process that was stopped finds it closed at its first look. Thread-safe; allocates nothing.
/// </summary>
public sealed class NodeFence
{
    private long _until;

    private NodeFence(long until) => _until = until;

    /// <summary>A fence that is closed until somebody opens it.</summary>
    public NodeFence()
    {
    }

    /// <summary>The fence of a node that is alone: always open.</summary>
    public static NodeFence Always { get; } = new(long.MaxValue);

    /// <summary>Until when it is open, in the nanoseconds of the frame clock.</summary>
    public long Until => Volatile.Read(ref _until);

    /// <summary>Whether frames may be delivered.</summary>
    /// <param name="now">The frame clock's time in nanoseconds.</param>
    public bool IsOpen(long now) => now < Volatile.Read(ref _until);

    /// <summary>Keeps it open for longer; a time before the present one changes nothing.</summary>
    /// <param name="until">The frame clock's time in nanoseconds.</param>
    public void Extend(long until)
    {
        var known = Volatile.Read(ref _until);
        while (known < until && Interlocked.CompareExchange(ref _until, until, known) is var seen && seen != known) known = seen;
    }

    /// <summary>Closes it at once: the node does not take part any more. Not that of a node that is alone.</summary>
    public void Close()
    {
        if (Volatile.Read(ref _until) != long.MaxValue) Volatile.Write(ref _until, long.MinValue);
    }
}

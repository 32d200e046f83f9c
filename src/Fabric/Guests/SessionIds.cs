using CameraFabric.Device.Camera.Sessions;

namespace CameraFabric.Fabric.Guests;

/// <summary>Gives each session a number of its own: in a cluster, one that no session of another node has either. Thread-safe.</summary>
internal sealed class SessionIds
{
    /// <summary>Nodes that can be told apart: 8 of a number's 24 bits.</summary>
    public const int MaximumNodes = 256;

    private const int NodeShift = 16;
    private readonly HashSet<ulong> _used = [];
    private readonly ulong _first;
    private readonly ulong _count;
    private ulong _next;

    /// <summary>The numbers of a node that is alone: all of them.</summary>
    public SessionIds() => (_first, _count) = (1, CameraSessionOptions.MaximumSessionId);

    /// <summary>The numbers of one node of a cluster: those with its own in the upper 8 bits.</summary>
    /// <param name="node">The node's number, 0 to <see cref="MaximumNodes"/> - 1.</param>
    public SessionIds(int node)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node, MaximumNodes);
        (_first, _count) = (((ulong)node << NodeShift) + 1, (1UL << NodeShift) - 1);
    }

    /// <summary>
    /// The next number that no session has, 1 to <see cref="CameraSessionOptions.MaximumSessionId"/>; after the largest it begins anew.
    /// </summary>
    /// <exception cref="InvalidOperationException">All numbers are in use.</exception>
    public ulong Next()
    {
        lock (_used)
        {
            if ((ulong)_used.Count == _count) throw new InvalidOperationException($"all {_count} session numbers of the node are in use");
            ulong id;
            do id = _first + _next++ % _count;
            while (!_used.Add(id));
            return id;
        }
    }

    /// <summary>The session is over; its number may be given again.</summary>
    /// <param name="id">The number.</param>
    public void Release(ulong id)
    {
        lock (_used) _used.Remove(id);
    }
}

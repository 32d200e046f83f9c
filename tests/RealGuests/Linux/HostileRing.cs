using System.Runtime.CompilerServices;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>Entries of the used ring that no honest device would write: another chain's, none's, with any length.</summary>
internal static class HostileRing
{
    public static void Lie(Virtqueue queue, uint head, uint written)
    {
        ref var next = ref NextUsed(queue);
        var ring = Ring(queue);
        ring.WriteUsed(next, (ushort)head, written);
        ring.PublishUsed(++next);
        Call(queue)?.Invoke();
    }

    /// <summary>Claims that this many entries more are used, and writes none of them.</summary>
    public static void Jump(Virtqueue queue, ushort entries)
    {
        ref var next = ref NextUsed(queue);
        next += entries;
        Ring(queue).PublishUsed(next);
        Call(queue)?.Invoke();
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_ring")]
    private static extern ref SplitRing Ring(Virtqueue queue);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_nextUsed")]
    private static extern ref ushort NextUsed(Virtqueue queue);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_call")]
    private static extern ref Action? Call(Virtqueue queue);
}

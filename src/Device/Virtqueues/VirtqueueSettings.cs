using CameraFabric.Device.GuestMemory;

namespace CameraFabric.Device.Virtqueues;

/// <summary>What a queue needs to run.</summary>
public sealed record VirtqueueSettings
{
    /// <summary>The queue's number within its device.</summary>
    public required int Index { get; init; }

    /// <summary>Entries: a power of two, 1 to 32768.</summary>
    public required int Size { get; init; }

    /// <summary>The features that were negotiated; see <see cref="VirtioFeatures"/>.</summary>
    public required ulong Features { get; init; }

    /// <summary>
    /// The available index to begin with: 0 for a fresh ring, else what <see cref="Virtqueue.Stop"/> gave. Of no meaning where an
    /// earlier life left word of what was in flight.
    /// </summary>
    public ushort Base { get; init; }

    /// <summary>Where the ring lies, in the front-end's addresses.</summary>
    public required RingAddresses Addresses { get; init; }

    /// <summary>The guest's memory.</summary>
    public required MemoryTable Memory { get; init; }

    /// <summary>
    /// Tells the driver that something was used. Called on the completing thread; must not block. Null if the driver polls.
    /// </summary>
    public Action? Call { get; init; }

    /// <summary>
    /// How long <see cref="Virtqueue.Stop"/> waits for writers that are inside guest memory. They are inside for a few milliseconds; a
    /// longer wait is a defect of the device, which then keeps the memory mapped rather than pull it away from under the writer.
    /// </summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where to note what is in flight; null if the front-end keeps no memory for that.</summary>
    internal InflightQueue? Inflight { get; init; }
}

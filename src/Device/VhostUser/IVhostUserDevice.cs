using System.Collections.Immutable;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// A device as the vhost-user connection sees it: what it offers, and what happens to its queues. Every member is called on the
/// connection's thread, which the front-end may be waiting for: answer at once.
/// </summary>
public interface IVhostUserDevice
{
    /// <summary>The device type's own feature bits, 0 to 23. The ring's and the transport's are added by the connection.</summary>
    ulong Features { get; }

    /// <summary>How many queues it has, 1 to 256.</summary>
    int QueueCount { get; }

    /// <summary>The largest queue size it takes: a power of two.</summary>
    int MaximumQueueSize { get; }

    /// <summary>Bytes of its configuration space, 0 to 256.</summary>
    int ConfigLength { get; }

    /// <summary>
    /// How many bytes the front-end shall keep for the device while it runs, over a crash of this process: 0 (none) to 65536. The same
    /// for as long as the device lives, and in its next life.
    /// </summary>
    int SavedStateBytes => 0;

    /// <summary>
    /// Bytes of each of its shared memory regions, by region id; multiples of <see cref="SharedMapping.PageBytes"/>, 0 for none. The same
    /// for as long as the device lives. What they contain is mapped by <see cref="VhostUserBackend.MapShared"/>.
    /// </summary>
    ImmutableArray<long> SharedMemoryBytes => [];

    /// <summary>Fills in the whole configuration space as it is now.</summary>
    /// <param name="whole">Exactly <see cref="ConfigLength"/> bytes, all zero.</param>
    void ReadConfig(Span<byte> whole);

    /// <summary>Takes what the driver writes into the configuration space.</summary>
    /// <param name="offset">Where; with the data it lies inside <see cref="ConfigLength"/>.</param>
    /// <param name="data">What.</param>
    /// <returns>False if any of these bytes is for reading alone: then nothing is changed.</returns>
    bool TryWriteConfig(int offset, ReadOnlySpan<byte> data);

    /// <summary>The driver has chosen: a subset of what was offered, the ring's bits included.</summary>
    void FeaturesNegotiated(ulong features);

    /// <summary>
    /// The front-end keeps <see cref="SavedStateBytes"/> for this device; told before a first queue starts. Not told by a front-end that
    /// keeps nothing, or if there is nothing to keep. When the driver resets the device (RESET_DEVICE, status 0) the bytes become zero by
    /// themselves, after <see cref="Reset"/>; where merely all queues stop, or the connection ends, they stay, and are told again.
    /// </summary>
    /// <param name="state">The bytes; usable from any thread, and harmless after the connection's end.</param>
    /// <param name="isFresh">
    /// Whether no driver ran on this memory before: the bytes are zero then. Otherwise they are what an earlier life of the device left
    /// in them, or what somebody else made of it: to be judged.
    /// </param>
    void SavedStateAttached(SavedState state, bool isFresh)
    {
    }

    /// <summary>
    /// A queue runs: its chains may be popped from now on. <see cref="QueueKicked"/> follows at once, whether the driver kicked or not.
    /// How many of them an earlier life of the device had taken already says <see cref="Virtqueue.InFlightAtStart"/>.
    /// </summary>
    void QueueStarted(Virtqueue queue);

    /// <summary>
    /// There is something in a running queue, or may be. Kicks come at the driver's will: one that is still unserved makes the next one
    /// superfluous.
    /// </summary>
    void QueueKicked(int index);

    /// <summary>
    /// A queue is about to stop: give back every chain of it, in bounded time. The ring is stopped as soon as this has
    /// returned, and what is still held is forgotten.
    /// </summary>
    void QueueStopping(Virtqueue queue);

    /// <summary>
    /// Back to the state before the first queue ran: no queue runs any more, or the front-end demands it (RESET_DEVICE, status 0). Every
    /// address of the guest is to be forgotten.
    /// </summary>
    void Reset();
}

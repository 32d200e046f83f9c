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
    /// A queue runs: its chains may be popped from now on. <see cref="QueueKicked"/> follows at once, whether the driver kicked or not.
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

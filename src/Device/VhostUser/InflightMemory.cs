using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// The memory that the front-end keeps over a crash of the back-end: for each queue what is in flight, each at a multiple of 64 bytes;
/// then, at a multiple of the page, the device's own bytes. Its file comes from us, and back from the front-end: nothing about it is
/// believed.
/// </summary>
internal sealed class InflightMemory : IDisposable
{
    // Its file is sealed against shrinking; but a hole can be made in one of huge pages, and then there may be no page to fill it.
    private const string Loss =
        "the in-flight memory: the system had no page for an access to its file (SIGBUS): a hole was made in it and no huge page was left, "
        + "or memory failed";

    private const int QueueAlignment = 64;
    private readonly MappedMemory _memory;
    private readonly InflightQueue[] _queues;

    private InflightMemory(MappedMemory memory, int queues, int queueSize, int savedBytes)
    {
        _memory = memory;
        _queues = new InflightQueue[queues];
        for (var i = 0; i < queues; i++) _queues[i] = new InflightQueue(memory, QueueBytes(queueSize) * i, queueSize);
        if (savedBytes > 0) Saved = new SavedState(memory, SavedOffset(queues, queueSize), savedBytes);
    }

    /// <summary>The device's own bytes; null if it wants none.</summary>
    public SavedState? Saved { get; }

    /// <summary>
    /// What became of it, for an operator, if an access found it gone; null otherwise. Any thread, also once it is disposed.
    /// </summary>
    public string? DescribeLoss() => _memory.IsLost ? Loss : null;

    /// <summary>Whether no queue ever ran on it.</summary>
    public bool IsFresh => Array.TrueForAll(_queues, queue => queue.IsFresh);

    public InflightQueue Queue(int index) => _queues[index];

    /// <summary>Makes the file for a new one, all zero; its size can never be changed.</summary>
    /// <exception cref="LinuxException">No descriptor or no memory is left.</exception>
    public static MemoryFile CreateFile(int queues, int queueSize, int savedBytes) =>
        MemoryFile.Create("vhost-inflight", TotalBytes(queues, queueSize, savedBytes));

    /// <summary>Maps what the front-end gives; the descriptor stays the caller's.</summary>
    /// <param name="wire">Where it lies in its file, and for what.</param>
    /// <param name="file">Its file.</param>
    /// <param name="savedBytes">How many bytes the device keeps.</param>
    /// <param name="guard">Who is to guard it. A guard with no place left is no reason to refuse what cannot be shrunk.</param>
    /// <param name="lost">
    /// Called with <see cref="DescribeLoss"/> after it was found gone, on a thread that all share; must not block or throw.
    /// </param>
    /// <exception cref="VhostUserViolation">It is too small, not inside its file, can be shrunk, or is of no known layout.</exception>
    public static InflightMemory Map(
        in WireInflight wire, FileDescriptor file, int savedBytes, MemoryGuard guard, Action<string> lost)
    {
        var needed = TotalBytes(wire.Queues, wire.QueueSize, savedBytes);
        if (wire.Size < (ulong)needed)
        {
            throw Refused(
                $"has {wire.Size} bytes; {wire.Queues} queues of {wire.QueueSize} and the device's own {savedBytes} need {needed}");
        }

        if (wire.Offset % (ulong)Environment.SystemPageSize != 0)
        {
            throw Refused($"begins at 0x{wire.Offset:x} of its file; it must be a multiple of the page, {Environment.SystemPageSize}");
        }

        try
        {
            using var described = MemoryFile.FromDescriptor(file.Duplicate());
            if (wire.Offset > (ulong)described.Size || wire.Size > (ulong)described.Size - wire.Offset)
            {
                throw Refused($"0x{wire.Offset:x}+0x{wire.Size:x} is not inside its file, which has 0x{described.Size:x} bytes");
            }

            if (!described.Seals.HasFlag(MemorySeals.Shrink))
            {
                throw Refused("is a file that can still be shrunk; it must be sealed with F_SEAL_SHRINK, as the one of GET_INFLIGHT_FD is");
            }

            var memory = MappedMemory.MapForeign(file, (long)wire.Offset, needed, MapAccess.ReadWrite, guard, () => lost(Loss));
            return Checked(new InflightMemory(memory, wire.Queues, wire.QueueSize, savedBytes));
        }
        catch (Exception e) when (e is LinuxException or ArgumentException)
        {
            throw Refused($"cannot be mapped: {e.Message}", e);
        }
    }

    /// <summary>Makes it as good as new: the driver begins anew. No queue may run.</summary>
    public void Clear()
    {
        foreach (var queue in _queues) queue.Clear();
        Saved?.Clear();
    }

    /// <summary>Unmaps it. No queue may run.</summary>
    public void Dispose()
    {
        Saved?.End();
        _memory.Dispose();
    }

    private static InflightMemory Checked(InflightMemory memory)
    {
        for (var i = 0; i < memory._queues.Length; i++)
        {
            if (memory._queues[i].Check() is not { } wrong) continue;
            memory.Dispose();
            throw Refused($"is of no use for queue {i}: {wrong}");
        }

        return memory;
    }

    private static VhostUserViolation Refused(string what, Exception? inner = null) =>
        new($"SET_INFLIGHT_FD: the memory {what}", inner: inner);

    private static long QueueBytes(int queueSize) => Align(InflightQueue.Bytes(queueSize), QueueAlignment);

    private static long SavedOffset(int queues, int queueSize) => Align(QueueBytes(queueSize) * queues, Environment.SystemPageSize);

    private static long TotalBytes(int queues, int queueSize, int savedBytes) =>
        Align(SavedOffset(queues, queueSize) + savedBytes, Environment.SystemPageSize);

    private static long Align(long value, long alignment) => (value + alignment - 1) / alignment * alignment;
}

using CameraFabric.Platform;

namespace CameraFabric.Device.Virtqueues;

/// <summary>
/// What the device holds of one split queue, kept in memory that outlives the process (vhost-user, "Inflight I/O tracking"). Every step
/// is one store of a word, in an order in which a crash between any two leaves enough to go on from: a chain that was taken and
/// not given back is there, one that was given back is not, or can be told by the ring's used index. Under the queue's lock.
/// </summary>
/// <remarks>
/// Layout: le64 features, le16 version, le16 desc_num, le16 last_batch_head, le16 used_idx; then for each descriptor u8 inflight, u8
/// padding[5], le16 next, le64 counter. Others can write there at any time: nothing is read after <see cref="Recover"/>, which checks all.
/// </remarks>
internal sealed class InflightQueue
{
    public const int HeaderBytes = 16;
    public const int EntryBytes = 16;
    public const ushort Version = 1;

    private const int VersionOffset = 8;
    private const int EntriesOffset = 10;
    private const int LastBatchHeadOffset = 12;
    private const int UsedIndexOffset = 14;
    private const int NextOffset = 6;
    private const int CounterOffset = 8;

    private readonly MappedMemory _memory;
    private readonly long _offset;
    private ulong _counter;
    private ushort _lastHead;

    /// <param name="memory">Where it lies.</param>
    /// <param name="offset">Where it begins; its address must be a multiple of 8.</param>
    /// <param name="entries">For how many descriptors it has room.</param>
    public InflightQueue(MappedMemory memory, long offset, int entries)
    {
        _memory = memory;
        _offset = offset;
        Entries = entries;
    }

    /// <summary>For how many descriptors it has room.</summary>
    public int Entries { get; }

    /// <summary>Whether no queue ever ran on it.</summary>
    public bool IsFresh => Word(VersionOffset) == 0;

    /// <summary>Called before each store; for tests, which end the life of the queue there by an exception. Null otherwise.</summary>
    public Action? BeforeStore { get; init; }

    /// <summary>Bytes for so many descriptors.</summary>
    public static int Bytes(int entries) => HeaderBytes + (EntryBytes * entries);

    /// <summary>What is wrong with its header; null if it can be used.</summary>
    public string? Check() => Check(Word(VersionOffset));

    /// <summary>
    /// Puts in order what an earlier life left: the last chain may be given back already without being struck out. Memory that is new is
    /// made ready. Can be cut off anywhere and be done again.
    /// </summary>
    /// <param name="size">The queue's size.</param>
    /// <param name="ringUsed">The used index as it stands in the ring.</param>
    /// <returns>
    /// The heads of the chains that were taken and not given back, in the order in which they were taken; and whether the memory was new:
    /// both of one reading, because others may change it in between.
    /// </returns>
    /// <exception cref="VirtqueueException">The memory says what no device can have written.</exception>
    public (ushort[] Taken, bool WasFresh) Recover(int size, ushort ringUsed)
    {
        var version = Word(VersionOffset);
        if (Check(version) is { } wrong) throw new VirtqueueException($"in-flight memory: {wrong}");
        if (size > Entries) throw new VirtqueueException($"in-flight memory for {Entries} descriptors does not do for a queue of {size}");
        if (version == 0)
        {
            Prepare(ringUsed);
            return ([], true);
        }

        FinishLastBatch(size, ringUsed);
        var heads = new ushort[size];
        var counters = new ulong[size];
        var count = 0;
        for (var head = 0; head < Entries; head++)
        {
            if (!IsInFlight(head)) continue;
            if (head >= size) throw new VirtqueueException($"in-flight memory: descriptor {head} is in flight; the queue has {size}");
            heads[count] = (ushort)head;
            counters[count++] = _memory.ReadUInt64Acquire(EntryAt(head) + CounterOffset);
        }

        Array.Sort(counters, heads, 0, count);
        _counter = count == 0 ? 0 : unchecked(counters[count - 1] + 1);
        return (heads[..count], false);
    }

    /// <summary>A chain was taken from the available ring.</summary>
    public void Taken(ushort head)
    {
        var entry = EntryAt(head);
        BeforeStore?.Invoke();
        _memory.WriteUInt64Release(entry + CounterOffset, _counter++);
        SetInFlight(head, true);
    }

    /// <summary>A chain will be given back: before the ring's used index says so.</summary>
    public void Completing(ushort head)
    {
        SetWord(EntryAt(head) + NextOffset, _lastHead);
        SetWord(_offset + LastBatchHeadOffset, head);
        _lastHead = head;
    }

    /// <summary>The chain was given back: the ring's used index says so.</summary>
    public void Completed(ushort head, ushort ringUsed)
    {
        SetInFlight(head, false);
        SetWord(_offset + UsedIndexOffset, ringUsed);
    }

    /// <summary>Makes it as good as new: the driver begins anew, and holds nothing of what was.</summary>
    public void Clear() => SetWord(_offset + VersionOffset, 0);

    private string? Check(ushort version)
    {
        var entries = Word(EntriesOffset);
        if (version > Version) return $"its version is {version}; {Version} is known, and 0 means that it is new";
        return entries == Entries || version == 0 ? null : $"it is for {entries} descriptors; the message says {Entries}";
    }

    private void Prepare(ushort ringUsed)
    {
        for (var head = 0; head < Entries; head++)
        {
            if (_memory.ReadUInt16Acquire(EntryAt(head)) != 0) SetInFlight(head, false);
        }

        _counter = 0;
        SetWord(_offset + EntriesOffset, (ushort)Entries);
        SetWord(_offset + LastBatchHeadOffset, 0);
        SetWord(_offset + UsedIndexOffset, ringUsed);
        SetWord(_offset + VersionOffset, Version);
        _lastHead = 0;
    }

    private void FinishLastBatch(int size, ushort ringUsed)
    {
        var noted = Word(UsedIndexOffset);
        var batch = (ushort)(ringUsed - noted);
        if (batch > size)
        {
            throw new VirtqueueException(
                $"in-flight memory: it knows of used index {noted}, the ring says {ringUsed}; it can be at most {size} further");
        }

        var head = _lastHead = Word(LastBatchHeadOffset);
        for (var left = batch; left > 0; left--)
        {
            if (head >= size) throw new VirtqueueException($"in-flight memory: its last batch has descriptor {head}; the queue has {size}");
            SetInFlight(head, false);
            head = _memory.ReadUInt16Acquire(EntryAt(head) + NextOffset);
        }

        if (batch > 0) SetWord(_offset + UsedIndexOffset, ringUsed);
    }

    private bool IsInFlight(int head)
    {
        var value = (byte)_memory.ReadUInt16Acquire(EntryAt(head));
        return value <= 1 ? value == 1 : throw new VirtqueueException(
            $"in-flight memory: descriptor {head} is marked with {value}; 0 or 1 is right");
    }

    // With the first byte of padding, which is zero: a word can be stored in order, a byte of a span could not.
    private void SetInFlight(int head, bool value) => SetWord(EntryAt(head), value ? (ushort)1 : (ushort)0);

    private long EntryAt(int head) => _offset + HeaderBytes + ((long)EntryBytes * head);

    private ushort Word(int offset) => _memory.ReadUInt16Acquire(_offset + offset);

    private void SetWord(long place, ushort value)
    {
        BeforeStore?.Invoke();
        _memory.WriteUInt16Release(place, value);
    }
}

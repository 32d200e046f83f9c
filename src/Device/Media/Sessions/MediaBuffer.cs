using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Media.Wire;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>Who has a buffer.</summary>
internal enum BufferState
{
    /// <summary>The guest.</summary>
    Idle,

    /// <summary>The guest; the next QBUF is prepared.</summary>
    Prepared,

    /// <summary>The device.</summary>
    Queued,

    /// <summary>The device is done with it, and the driver is not told yet.</summary>
    Done,
}

/// <summary>One buffer of the queue, as V4L2 knows it. Session thread only.</summary>
/// <param name="index">Its number.</param>
/// <param name="memory">Where it lies.</param>
/// <param name="length">Its bytes.</param>
/// <param name="area">The memory of an MMAP buffer; null for one of the guest's own pages.</param>
/// <param name="areaIndex">Its place there.</param>
internal sealed class MediaBuffer(uint index, V4l2Memory memory, int length, BufferArea? area, int areaIndex)
{
    private readonly List<GuestRange> _ranges = [];
    private readonly List<MediaSgEntry> _pages = [];

    public uint Index => index;

    public V4l2Memory Memory => memory;

    public int Length => length;

    public BufferArea? Area => area;

    public int AreaIndex => areaIndex;

    public BufferState State { get; set; }

    /// <summary>The request that stands for it while the device has it.</summary>
    public MediaRequest? Request { get; set; }

    /// <summary>The guest's address of its pages, handed back as it came.</summary>
    public ulong UserPointer { get; set; }

    /// <summary>What the last frame left in it.</summary>
    public uint BytesUsed { get; set; }

    public uint Sequence { get; set; }

    public long Time { get; set; }

    public bool HasError { get; set; }

    /// <summary>The table that its ranges were found in.</summary>
    public MemoryTable? Table { get; private set; }

    public int RangeCount => _ranges.Count;

    public GuestRange Range(int position) => _ranges[position];

    /// <summary>What MMAP calls it: a token, aligned as the driver wants it.</summary>
    public uint Offset => index * MediaWire.PageBytes;

    /// <summary>It is empty again.</summary>
    public void Clear() => (BytesUsed, Sequence, Time, HasError) = (0, 0, 0, false);

    /// <summary>Takes over the guest's pages.</summary>
    /// <param name="pointer">Where they are for the guest.</param>
    /// <param name="entries">Whole entries, as the command has them.</param>
    public void Adopt(ulong pointer, ReadOnlySpan<byte> entries)
    {
        UserPointer = pointer;
        Table = null;
        _pages.Clear();
        for (; !entries.IsEmpty; entries = entries[MediaSgEntry.Bytes..]) _pages.Add(CameraWire.Read<MediaSgEntry>(entries));
    }

    /// <summary>Finds the bytes that a frame goes to. False if the guest's pages are not where it said.</summary>
    /// <param name="table">The guest's memory now.</param>
    /// <param name="bytes">Bytes of a frame.</param>
    public bool TryLocate(MemoryTable table, int bytes)
    {
        if (area is not null)
        {
            if (_ranges.Count == 0) _ranges.Add(area.Range(areaIndex, length));
            return true;
        }

        if (ReferenceEquals(table, Table)) return true;
        _ranges.Clear();
        Table = null;
        var left = (long)bytes;
        foreach (var page in _pages)
        {
            if (left <= 0) break;
            if (!table.TryTranslate(page.Start, page.Length, out var range, out _)) return false;
            var used = (int)Math.Min(range.Length, left);
            _ranges.Add(range.Slice(0, used));
            left -= used;
        }

        if (left > 0) return false;
        Table = table;
        return true;
    }

    /// <summary>The buffer as QUERYBUF, QBUF and DQBUF tell of it.</summary>
    public V4l2Buffer Describe()
    {
        var flags = V4l2BufferFlags.TimestampMonotonic | V4l2BufferFlags.TimestampStartOfExposure
            | State switch
            {
                BufferState.Prepared => V4l2BufferFlags.Prepared,
                BufferState.Queued => V4l2BufferFlags.Queued,
                BufferState.Done => V4l2BufferFlags.Done,
                _ => V4l2BufferFlags.None,
            }
            | (HasError ? V4l2BufferFlags.Error : 0)
            | (area is not null && area.Mappings(areaIndex) > 0 ? V4l2BufferFlags.Mapped : 0);
        return new V4l2Buffer(index, V4l2BufferType.VideoCapture, BytesUsed, flags, V4l2Buffer.FieldNone,
            Time / 1_000_000_000, Time % 1_000_000_000 / 1000, Sequence, memory, area is null ? UserPointer : Offset, (uint)length, 0);
    }
}

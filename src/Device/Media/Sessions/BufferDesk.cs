using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>
/// The buffers of the device's one queue: REQBUFS, CREATE_BUFS, QUERYBUF, PREPARE_BUF, QBUF, and what of them is mapped into the guest. The
/// session that made them owns the queue until they are gone. Session thread only.
/// </summary>
internal sealed class BufferDesk(MediaContext context, FormatDesk formats)
{
    // Each is a descriptor and a mapping of the fabric's own, however few bytes it has: twice what a queue can need.
    private const int MaximumAreas = 2 * MediaWire.MaximumBuffers;

    private readonly List<MediaBuffer> _buffers = [];
    private readonly List<BufferArea> _areas = [];
    private readonly RegionSpace _space = new(MediaWire.MmapRegionBytes);
    private V4l2Memory _memory;

    /// <summary>The session that has the queue; null if nobody has.</summary>
    public OpenSession? Owner { get; private set; }

    /// <summary>A STREAMOFF has failed: buffers are with the device, and nothing brings them back but another one.</summary>
    public bool IsHalfStopped { get; set; }

    public IReadOnlyList<MediaBuffer> Buffers => _buffers;

    public IReadOnlyList<BufferArea> Areas => _areas;

    /// <summary>Whether somebody else has the queue.</summary>
    public bool IsTaken(OpenSession by) => Owner is not null && Owner != by;

    private V4l2BufferCapabilities Capabilities => V4l2BufferCapabilities.UserPointer | V4l2BufferCapabilities.OrphanedBuffers
        | V4l2BufferCapabilities.MaximumBuffers | (context.Host.CanShareMemory ? V4l2BufferCapabilities.Mmap : 0);

    /// <summary>Whether a REQBUFS may be done at all. Nothing of what there is changes.</summary>
    public MediaStatus Judge(OpenSession by, in V4l2RequestBuffers asked)
    {
        if (asked.Type != V4l2BufferType.VideoCapture || !IsOffered(asked.Memory)) return MediaStatus.Invalid;
        return IsTaken(by) ? MediaStatus.Busy : MediaStatus.Ok;
    }

    /// <summary>REQBUFS that <see cref="Judge"/> has found right, after the stream is off and nothing is on its way.</summary>
    public MediaStatus Request(OpenSession by, Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2RequestBuffers>(payload);
        var count = 0u;
        Free();
        if (asked.Count > 0)
        {
            var status = Add(by, asked.Memory, asked.Count, formats.Layout.TotalBytes, out count);
            if (status != MediaStatus.Ok) return status;
        }

        CameraWire.Write(payload, asked with { Count = count, Capabilities = Capabilities, Flags = 0 });
        return MediaStatus.Ok;
    }

    /// <summary>CREATE_BUFS.</summary>
    public MediaStatus Create(OpenSession by, Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2CreateBuffers>(payload);
        if (asked.Format.Type != V4l2BufferType.VideoCapture || !IsOffered(asked.Memory)) return MediaStatus.Invalid;
        var first = (uint)_buffers.Count;
        var count = 0u;
        if (asked.Count > 0)
        {
            if (IsTaken(by)) return MediaStatus.Busy;
            if (Owner is not null && asked.Memory != _memory) return MediaStatus.Invalid;
            var bytes = asked.Format.Pixels.SizeImage;
            if (bytes < (uint)formats.Layout.TotalBytes || bytes > int.MaxValue) return MediaStatus.Invalid;
            if (first >= Limit) return MediaStatus.NoBuffers;
            var status = Add(by, asked.Memory, asked.Count, (int)bytes, out count);
            if (status != MediaStatus.Ok) return status;
        }

        CameraWire.Write(payload, asked with
        {
            Index = first,
            Count = count,
            Capabilities = Capabilities,
            Flags = 0,
            MaximumBuffers = Limit,
        });
        return MediaStatus.Ok;
    }

    /// <summary>QUERYBUF.</summary>
    public MediaStatus Query(Span<byte> payload)
    {
        var asked = CameraWire.Read<V4l2Buffer>(payload);
        if (asked.Type != V4l2BufferType.VideoCapture || asked.Index >= (uint)_buffers.Count) return MediaStatus.Invalid;
        Answer(payload, asked, _buffers[(int)asked.Index]);
        return MediaStatus.Ok;
    }

    /// <summary>PREPARE_BUF and QBUF: checks what the guest says of a buffer, and takes its pages.</summary>
    public MediaStatus Take(OpenSession by, Span<byte> payload, ReadOnlySpan<byte> behind, DescriptorChain chain, bool isPrepare,
        out MediaBuffer? taken)
    {
        taken = null;
        var asked = CameraWire.Read<V4l2Buffer>(payload);
        if (asked.Type != V4l2BufferType.VideoCapture || asked.Index >= (uint)_buffers.Count) return MediaStatus.Invalid;
        if (IsTaken(by)) return MediaStatus.Busy;
        var buffer = _buffers[(int)asked.Index];
        if (asked.Memory != buffer.Memory) return MediaStatus.Invalid;
        if ((asked.Flags & V4l2BufferFlags.RequestDescriptor) != 0) return MediaStatus.BadRequest;
        if (buffer.State is not BufferState.Idle && (isPrepare || buffer.State != BufferState.Prepared)) return MediaStatus.Invalid;
        if (buffer.Memory == V4l2Memory.UserPointer && buffer.State != BufferState.Prepared)
        {
            // PREPARE_BUF took the pages; QBUF need not name them again, and what it says instead does not count.
            if (asked.Length < (uint)formats.Layout.TotalBytes) return MediaStatus.Invalid;
            if (!TryCountPages(behind, asked.Length, out var bytes)) return MediaStatus.Invalid;
            buffer.Adopt(asked.Pointer, behind[..bytes]);
        }

        if (!buffer.TryLocate(chain.Memory, formats.Layout.TotalBytes)) return MediaStatus.Fault;
        buffer.Clear();
        buffer.State = isPrepare ? BufferState.Prepared : BufferState.Queued;
        Answer(payload, asked, buffer);
        taken = buffer;
        return MediaStatus.Ok;
    }

    /// <summary>Back to the guest, all of them: the stream is off.</summary>
    public void Release()
    {
        IsHalfStopped = false;
        foreach (var buffer in _buffers)
        {
            buffer.State = BufferState.Idle;
            buffer.Clear();
        }
    }

    /// <summary>No buffers, and nobody's queue. What the guest has mapped stays until it takes it back.</summary>
    public void Free()
    {
        foreach (var buffer in _buffers) buffer.Request = null;
        _buffers.Clear();
        IsHalfStopped = false;
        Owner = null;
        _memory = V4l2Memory.None;
        foreach (var area in _areas) area.IsAbandoned = true;
        Sweep();
    }

    /// <summary>The buffer that an MMAP means.</summary>
    public MediaBuffer? FindMapped(uint offset) =>
        _buffers.Find(buffer => buffer.Area is not null && buffer.Offset == offset);

    /// <summary>MUNMAP. False if there is no such mapping.</summary>
    public bool TryUnmap(ulong address)
    {
        foreach (var area in _areas)
        {
            if (!area.TryRemoveMapping(address)) continue;
            Sweep();
            return true;
        }

        return false;
    }

    /// <summary>The front-end has mapped what it was asked for, or not.</summary>
    public void Mapped(BufferArea area, bool isDone)
    {
        area.State = isDone ? AreaState.Visible : AreaState.Hidden;
        Sweep();
    }

    /// <summary>
    /// The front-end has taken away what it was asked for, or not. What it may still show keeps its place and its bytes, and is asked for
    /// again when something else is let go of.
    /// </summary>
    public void Unmapped(BufferArea area, bool isDone)
    {
        area.State = isDone || !context.Host.CanShareMemory ? AreaState.Hidden : AreaState.Visible;
        if (area.State == AreaState.Hidden) Sweep();
    }

    /// <summary>Asked by <see cref="Sweep"/> when nobody needs an area any more that the guest still sees.</summary>
    public Action<BufferArea> Hide { get; set; } = static _ => { };

    /// <summary>
    /// The device is reset. The memory is given up at once, but its place in the region and its bytes only when the front-end has taken the
    /// mapping away: it keeps mappings over a reset by which a guest only pauses, and one that is under way may still be done.
    /// </summary>
    public void Forget()
    {
        foreach (var area in _areas)
        {
            area.ForgetMappings();
            area.Retire();
        }

        Free();
    }

    private uint Limit => (uint)Math.Min(context.Options.MaximumBuffers, MediaWire.MaximumBuffers);

    private bool IsOffered(V4l2Memory memory) =>
        memory == V4l2Memory.UserPointer || (memory == V4l2Memory.Mmap && context.Host.CanShareMemory);

    private MediaStatus Add(OpenSession by, V4l2Memory memory, uint wanted, int length, out uint count)
    {
        long used = 0;
        foreach (var buffer in _buffers) used += BufferArea.StrideOf(buffer.Length);
        if (memory == V4l2Memory.Mmap) used = _areas.Sum(static area => area.Bytes);
        var stride = BufferArea.StrideOf(length);
        var room = Math.Max(0, context.Options.MaximumBufferBytes - used) / stride;
        count = (uint)Math.Min(Math.Min(wanted, Limit - (uint)_buffers.Count), room);
        if (count == 0) return MediaStatus.NoMemory;
        BufferArea? area = null;
        if (memory == V4l2Memory.Mmap)
        {
            var offset = _areas.Count < MaximumAreas ? _space.Take(stride * count) : -1;
            if (offset < 0) return MediaStatus.NoMemory;
            try
            {
                area = new BufferArea((int)count, length, offset);
            }
            catch (LinuxException)
            {
                _space.Free(offset);
                return MediaStatus.NoMemory;
            }

            _areas.Add(area);
        }

        for (var i = 0; i < count; i++) _buffers.Add(new MediaBuffer((uint)_buffers.Count, memory, length, area, i));
        (Owner, _memory) = (by, memory);
        return MediaStatus.Ok;
    }

    // The bytes of as many entries as cover the buffer; an empty one cannot be there, so they are bounded by the command's bytes.
    private bool TryCountPages(ReadOnlySpan<byte> behind, uint length, out int bytes)
    {
        bytes = 0;
        long covered = 0;
        while (covered < length)
        {
            if (behind.Length - bytes < MediaSgEntry.Bytes) return false;
            if (bytes == context.Options.MaximumBufferEntries * MediaSgEntry.Bytes) return false;
            var page = CameraWire.Read<MediaSgEntry>(behind[bytes..]).Length;
            if (page == 0) return false;
            covered += page;
            bytes += MediaSgEntry.Bytes;
        }

        return true;
    }

    // What the guest set and V4L2 hands back: its pointer, and the length of its own pages.
    private static void Answer(Span<byte> payload, in V4l2Buffer asked, MediaBuffer buffer)
    {
        var told = buffer.Describe();
        if (buffer.Memory == V4l2Memory.UserPointer && asked.Memory == V4l2Memory.UserPointer && asked.Length >= (uint)buffer.Length)
        {
            told = told with { Length = asked.Length };
        }

        CameraWire.Write(payload, told);
    }

    private void Sweep()
    {
        for (var i = _areas.Count - 1; i >= 0; i--)
        {
            var area = _areas[i];
            if (!area.IsAbandoned || area.IsMapped) continue;
            if (area.State == AreaState.Visible && !context.Host.CanShareMemory)
            {
                // The connection is gone, and with it what it mapped.
                area.State = AreaState.Hidden;
            }
            else if (area.State == AreaState.Visible)
            {
                area.State = AreaState.Unmapping;
                Hide(area);
            }

            if (area.State != AreaState.Hidden) continue;
            _areas.RemoveAt(i);
            _space.Free(area.Offset);
            area.Retire();
        }
    }
}

using System.Runtime.InteropServices;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Frames;

/// <summary>
/// Another process's <see cref="FramePool"/>, mapped here for reading alone. Its frames are leased here as any others are; when the last lease of one goes,
/// whoever attached the pool is told, to give the slot back. Headers and applied controls lie in memory of this process, so that nobody else can
/// change them; pixels stay where they are. A maker that has given this end up writes its slots again at once: it takes a slot's header away before it
/// touches the pixels, so whoever has read pixels asks afterwards whether they were the frame's (<see cref="Frame.IsIntact"/>). One thread takes and disposes, any thread reads and returns; none of it allocates.
/// </summary>
public sealed class FrameMirror : IFrameOwner, IDisposable
{
    private readonly Frame[] _frames;
    private readonly MappedMemory _pixels;
    private readonly MappedMemory _headers;
    private readonly Action<int, uint> _released;
    private readonly long _slotBytes;
    // The mirror itself plus every frame that is leased; the last to leave unmaps.
    private int _users = 1;
    private int _disposed;

    /// <summary>Maps the other process's memory. The file stays the caller's, who may close it afterwards.</summary>
    /// <param name="file">The pool's memory file; it must be sealed against shrinking.</param>
    /// <param name="frameBytes">Room for pixels in a slot, 1 or more bytes.</param>
    /// <param name="slots">1 to <see cref="FramePool.MaximumSlots"/>.</param>
    /// <param name="slotBytes">Bytes from slot to slot, whole pages, enough for header and pixels.</param>
    /// <param name="released">Told of each slot and use whose last lease was given back, on the thread that did it. Must not block.</param>
    /// <exception cref="ArgumentException">The numbers do not go together or with the file, or the file can shrink; the message says what
    /// would be right.</exception>
    /// <exception cref="IOException">The memory could not be mapped.</exception>
    public FrameMirror(MemoryFile file, int frameBytes, int slots, long slotBytes, Action<int, uint> released)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(released);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, FramePool.MaximumSlots);
        if (slotBytes % FramePool.PageBytes != 0 || slotBytes < (long)FrameHeader.PixelOffset + frameBytes || slotBytes > file.Size / slots)
            throw new ArgumentException($"{slots} slots of {slotBytes} bytes, for {frameBytes} bytes of pixels each, do not lie in "
                + $"{file.Size} bytes: slots are whole pages and begin with {FrameHeader.PixelOffset} bytes of header.", nameof(slotBytes));
        if (!file.Seals.HasFlag(MemorySeals.Shrink))
            throw new ArgumentException("A pool of another process must be sealed against shrinking.", nameof(file));
        Id = FramePool.NextId();
        FrameBytes = frameBytes;
        _released = released;
        _slotBytes = slotBytes;
        using var headers = MemoryFile.Create("frame-headers", (long)FrameHeader.PixelOffset * slots);
        _headers = headers.Map(MapAccess.ReadWrite);
        try
        {
            _pixels = MappedMemory.Map(file.Descriptor, 0, slotBytes * slots, MapAccess.ReadOnly, populate: true, fenced: true);
        }
        catch
        {
            _headers.Dispose();
            throw;
        }

        _frames = new Frame[slots];
        for (var i = 0; i < slots; i++)
        {
            var start = (long)FrameHeader.PixelOffset * i;
            _frames[i] = new Frame(this, i, new FramePlace(_headers, start, _pixels, slotBytes * i + FrameHeader.PixelOffset));
        }
    }

    /// <summary>The mirror's number within the process, as in <see cref="FrameHandle.Pool"/>; not that of the pool it mirrors.</summary>
    public int Id { get; }

    /// <summary>How many slots there are.</summary>
    public int Slots => _frames.Length;

    /// <summary>Room for pixels in a slot, bytes.</summary>
    public int FrameBytes { get; }

    /// <summary>Frames that somebody here holds, at this moment.</summary>
    public int Leased => Math.Max(0, Volatile.Read(ref _users) - (Volatile.Read(ref _disposed) == 0 ? 1 : 0));

    /// <summary>A frame that the other process lends: it stays as it is there until the slot is given back.</summary>
    /// <param name="slot">The slot's index there.</param>
    /// <param name="generation">Of which use.</param>
    /// <param name="header">The frame's header, as it was told; kept as it is.</param>
    /// <param name="applied">The applied controls; as many as the header says.</param>
    /// <returns>The frame, with one lease for the caller; null if there is no such slot, or it is still leased here.</returns>
    /// <exception cref="ArgumentException">The header counts more bytes than a slot has, or other controls than there are.</exception>
    /// <exception cref="ObjectDisposedException">The mirror was disposed.</exception>
    public Frame? TryTake(int slot, uint generation, in FrameHeader header, ReadOnlySpan<ControlEntry> applied)
    {
        if (header.BytesUsed > (uint)FrameBytes || applied.Length > FrameHeader.MaximumApplied || header.AppliedCount != applied.Length)
            throw new ArgumentException(
                $"A frame of {header.BytesUsed} bytes and {header.AppliedCount} controls ({applied.Length} came) is none of this pool: at most "
                + $"{FrameBytes} bytes and {FrameHeader.MaximumApplied} controls are possible.", nameof(header));
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if ((uint)slot >= (uint)_frames.Length || !_frames[slot].TryBeginWriting(generation))
            return null;
        Interlocked.Increment(ref _users);
        var start = (long)FrameHeader.PixelOffset * slot;
        var kept = header;
        MemoryMarshal.Write(_headers.Write(start, FrameHeader.Bytes), in kept);
        MemoryMarshal.AsBytes(applied).CopyTo(_headers.Write(start + FrameHeader.AppliedOffset, applied.Length * ControlEntry.Bytes));
        _frames[slot].Publish((int)header.BytesUsed, applied.Length);
        return _frames[slot];
    }

    /// <summary>Ends taking. The memory goes when the last frame has been given back, which may be now.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Leave();
    }

    bool IFrameOwner.IsIntact(int slot)
    {
        // What was read before has been read before this.
        Interlocked.MemoryBarrier();
        var told = MemoryMarshal.Read<FrameHeader>(_headers.Read((long)FrameHeader.PixelOffset * slot, FrameHeader.Bytes));
        var there = MemoryMarshal.Read<FrameHeader>(_pixels.Read(_slotBytes * slot, FrameHeader.Bytes));
        return there.Magic == FrameHeader.ExpectedMagic && there.Sequence == told.Sequence && there.Epoch == told.Epoch;
    }

    void IFrameOwner.Released(int slot, uint generation)
    {
        Leave();
        _released(slot, generation);
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) != 0)
            return;
        _pixels.Dispose();
        _headers.Dispose();
    }
}

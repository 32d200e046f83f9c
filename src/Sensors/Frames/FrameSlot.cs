using System.Runtime.InteropServices;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Frames;

/// <summary>A rented slot: the right to write one frame. Ends with <see cref="Publish"/> or <see cref="Abandon"/>. One object a slot,
/// reused; one writer at a time.</summary>
public sealed class FrameSlot
{
    private readonly FramePool _pool;
    private readonly MappedMemory _memory;
    private readonly long _start;
    private readonly Frame _frame;

    internal FrameSlot(FramePool pool, MappedMemory memory, int index, long start)
    {
        _pool = pool;
        _memory = memory;
        _start = start;
        Index = index;
        _frame = new Frame(pool, index, new FramePlace(memory, start, memory, start + FrameHeader.PixelOffset));
    }

    /// <summary>The slot's index in its pool.</summary>
    public int Index { get; }

    /// <summary>Room for the pixels: <see cref="FramePool.FrameBytes"/> bytes.</summary>
    public Span<byte> Pixels => _memory.Write(_start + FrameHeader.PixelOffset, _pool.FrameBytes);

    /// <summary>The header; all zero when the slot has just been rented.</summary>
    public ref FrameHeader Header => ref MemoryMarshal.AsRef<FrameHeader>(_memory.Write(_start, FrameHeader.Bytes));

    /// <summary>Room for <see cref="FrameHeader.MaximumApplied"/> applied controls; the header's AppliedCount says how many
    /// count.</summary>
    public Span<ControlEntry> Applied => MemoryMarshal.Cast<byte, ControlEntry>(
        _memory.Write(_start + FrameHeader.AppliedOffset, FrameHeader.MaximumApplied * ControlEntry.Bytes));

    internal Frame Frame => _frame;

    /// <summary>Makes the slot a frame that others may read. The caller holds its one lease and hands it on with the message, or returns
    /// it.</summary>
    /// <exception cref="InvalidOperationException">The header counts more bytes or controls than the slot has, or the slot is not
    /// rented.</exception>
    public Frame Publish()
    {
        ref var header = ref Header;
        // Read once: a process that shares the pool could change them between the look and the use.
        var (bytesUsed, appliedCount) = (header.BytesUsed, header.AppliedCount);
        if (bytesUsed > (uint)_pool.FrameBytes)
            throw new InvalidOperationException($"The frame uses {bytesUsed} bytes; a slot of this pool has {_pool.FrameBytes}.");
        if (appliedCount > FrameHeader.MaximumApplied)
            throw new InvalidOperationException(
                $"The frame carries {appliedCount} applied controls; at most {FrameHeader.MaximumApplied} fit.");
        header.Magic = FrameHeader.ExpectedMagic;
        header.Version = FrameHeader.CurrentVersion;
        _frame.Publish((int)bytesUsed, (int)appliedCount);
        return _frame;
    }

    /// <summary>Gives the slot back without a frame.</summary>
    /// <exception cref="InvalidOperationException">The slot is not rented.</exception>
    public void Abandon() => _frame.Abandon();
}

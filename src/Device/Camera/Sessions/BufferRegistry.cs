using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>The buffers of one session, within its limits. Session thread only.</summary>
internal sealed class BufferRegistry(CameraSessionOptions options)
{
    private readonly Dictionary<uint, AttachedBuffer> _buffers = [];

    public int Count => _buffers.Count;

    /// <summary>Bytes that the guest named in all buffers.</summary>
    public long Bytes { get; private set; }

    /// <summary>Rises with every change.</summary>
    public long Revision { get; private set; }

    /// <summary>The buffer, or null if there is none of this name.</summary>
    public AttachedBuffer? Find(uint bufferId) => _buffers.GetValueOrDefault(bufferId);

    /// <summary>One slice of a buffer. A slice that is refused takes the whole buffer with it, so that the driver begins anew.</summary>
    public CameraStatus Attach(in AttachBufferCommand command, ReadOnlySpan<byte> entries, MemoryTable table, FrameLayout layout)
    {
        var buffer = Find(command.BufferId);
        if (buffer is { IsWhole: true }) return CameraStatus.Invalid;
        if (command.FirstEntry == 0)
        {
            if (buffer is not null) Remove(buffer);
            if (_buffers.Count >= options.MaximumBuffers) return CameraStatus.NoMemory;
            buffer = new AttachedBuffer(command.BufferId);
            _buffers.Add(buffer.BufferId, buffer);
        }

        if (buffer is null) return CameraStatus.Invalid;
        Revision++;
        var status = Add(buffer, command, MemoryMarshal.Cast<byte, MemoryEntry>(entries), table, layout);
        if (status != CameraStatus.Ok) Remove(buffer);
        return status;
    }

    public CameraStatus Detach(uint bufferId)
    {
        if (Find(bufferId) is not { } buffer) return CameraStatus.Invalid;
        if (buffer.IsBusy) return CameraStatus.Busy;
        Remove(buffer);
        return CameraStatus.Ok;
    }

    public void Clear()
    {
        _buffers.Clear();
        Bytes = 0;
        Revision++;
    }

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public int MeasureSaved()
    {
        var bytes = 0L;
        foreach (var buffer in _buffers.Values) bytes += SavedBuffer.Bytes + (long)buffer.EntryCount * MemoryEntry.Bytes;
        return (int)Math.Min(bytes, int.MaxValue / 2);
    }

    /// <summary>Writes every buffer as the guest named it.</summary>
    public void Write(Span<byte> target)
    {
        foreach (var buffer in _buffers.Values)
        {
            var flags = buffer.IsWhole ? AttachFlags.None : AttachFlags.More;
            CameraWire.Write(target, new SavedBuffer(buffer.BufferId, (uint)buffer.EntryCount, flags, 0));
            var entries = MemoryMarshal.AsBytes(buffer.Entries);
            entries.CopyTo(target[SavedBuffer.Bytes..]);
            target = target[(SavedBuffer.Bytes + entries.Length)..];
        }
    }

    private CameraStatus Add(
        AttachedBuffer buffer, in AttachBufferCommand command, ReadOnlySpan<MemoryEntry> entries, MemoryTable table, FrameLayout layout)
    {
        if (command.FirstEntry != (uint)buffer.EntryCount || entries.IsEmpty) return CameraStatus.Invalid;
        if (buffer.EntryCount + entries.Length > options.MaximumBufferEntries) return CameraStatus.NoMemory;
        foreach (ref readonly var entry in entries)
        {
            if (entry.Length is 0 or > int.MaxValue) return CameraStatus.Invalid;
            if (Bytes + entry.Length > options.MaximumBufferBytes) return CameraStatus.NoMemory;
            buffer.Add(entry);
            Bytes += entry.Length;
        }

        if ((command.Flags & AttachFlags.More) != 0) return CameraStatus.Ok;
        return buffer.TrySeal(table, layout, out _) ? CameraStatus.Ok : CameraStatus.Invalid;
    }

    private void Remove(AttachedBuffer buffer)
    {
        _buffers.Remove(buffer.BufferId);
        Bytes -= buffer.Bytes;
        Revision++;
    }
}

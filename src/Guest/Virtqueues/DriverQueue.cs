using System.Buffers.Binary;
using CameraFabric.Guest.Memory;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Virtqueues;

/// <summary>
/// The driver's side of a split virtqueue (virtio 1.3 §2.7): adds chains, publishes them, decides whether to kick, takes back what the
/// device used.
/// </summary>
/// <remarks>
/// <para>Not thread-safe: one thread at a time. No allocation after construction.</para>
/// <para>The device is not trusted: links and lengths are kept here and never read back from shared memory; a used entry must name
/// a chain that is outstanding and must not claim more bytes than the chain could hold.</para>
/// </remarks>
public sealed class DriverQueue : IDisposable
{
    private const int DescriptorBytes = 16;
    private const ushort FlagNext = 1, FlagWrite = 2, FlagIndirect = 4;
    private const ushort AvailNoInterrupt = 1, UsedNoNotify = 1;
    private const ushort End = ushort.MaxValue;

    private readonly GuestRam _ram;
    private readonly DriverQueueOptions _options;
    private readonly ulong _base;
    private readonly ulong _indirect;
    private readonly ushort[] _next;
    private readonly Outstanding[] _heads;
    private ushort _firstFree;
    private ushort _added;
    private ushort _published;
    private ushort _seen;
    private bool _disposed;

    /// <summary>Allocates the three parts of the ring, and the indirect tables, in guest memory.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InsufficientMemoryException">Guest memory is too small.</exception>
    public DriverQueue(GuestRam ram, int index, DriverQueueOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        options.Validate();
        _ram = ram;
        _options = options;
        Index = index;
        var size = (ulong)options.Size;
        var available = DescriptorBytes * size;
        var used = (available + 6 + 2 * size + 3) & ~3UL;
        _base = ram.Allocate((long)(used + 6 + 8 * size));
        AvailableRing = _base + available;
        UsedRing = _base + used;
        if (options.Indirect && options.MaximumSegments > 1)
        {
            try
            {
                _indirect = ram.Allocate((long)size * options.MaximumSegments * DescriptorBytes);
            }
            catch
            {
                ram.Release(_base);
                throw;
            }
        }

        _heads = new Outstanding[options.Size];
        _next = new ushort[options.Size];
        for (var i = 0; i < options.Size; i++) _next[i] = i + 1 < options.Size ? (ushort)(i + 1) : End;
        FreeDescriptors = options.Size;
    }

    /// <summary>The queue's number on its device.</summary>
    public int Index { get; }

    /// <summary>Ring entries.</summary>
    public int Size => _options.Size;

    /// <summary>Guest physical address of the descriptor table.</summary>
    public ulong DescriptorTable => _base;

    /// <summary>Guest physical address of the available ring.</summary>
    public ulong AvailableRing { get; }

    /// <summary>Guest physical address of the used ring.</summary>
    public ulong UsedRing { get; }

    /// <summary>Descriptors of the table that no chain holds.</summary>
    public int FreeDescriptors { get; private set; }

    /// <summary>Chains added and not yet taken back.</summary>
    public int Held { get; private set; }

    /// <summary>The available index as last published.</summary>
    public ushort AvailableIndex => _published;

    /// <summary>Adds a chain: what the device reads, then what it writes. It becomes visible with <see cref="Publish"/>.</summary>
    /// <param name="readable">Segments the device reads.</param>
    /// <param name="writable">Segments the device writes.</param>
    /// <param name="token">Comes back with the chain.</param>
    /// <returns>False when there are not enough free descriptors; nothing was changed.</returns>
    /// <exception cref="ArgumentException">No segment, too many, or one of no length.</exception>
    public bool TryAdd(ReadOnlySpan<GuestSegment> readable, ReadOnlySpan<GuestSegment> writable, int token)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var count = readable.Length + writable.Length;
        if (count == 0) throw new ArgumentException("a chain needs at least one segment");
        if (count > _options.MaximumSegments)
            throw new ArgumentException($"a chain of {count} segments: this queue was made for at most {_options.MaximumSegments}");
        var offered = Total(readable, "readable");
        var room = Total(writable, "writable");
        if (offered + room > int.MaxValue) throw new ArgumentException($"a chain of {offered + room} bytes is too long");

        var indirect = _options.Indirect && count > 1;
        var needed = indirect ? 1 : count;
        if (needed > FreeDescriptors) return false;

        var head = _firstFree;
        var last = indirect ? AddIndirect(head, readable, writable) : AddDirect(head, readable, writable);
        _firstFree = _next[last];
        FreeDescriptors -= needed;
        _heads[head] = new Outstanding(true, (ushort)needed, last, (int)room, token);
        Held++;
        _ram.WriteUInt16(AvailableRing + 4 + 2 * (ulong)(_added & (Size - 1)), head);
        _added++;
        return true;
    }

    /// <summary>Shows every added chain to the device.</summary>
    /// <returns>True when the device asked to be kicked for one of them (virtio 1.3 §2.7.10, §2.7.13.4).</returns>
    public bool Publish()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var before = _published;
        if (before == _added) return false;
        _published = _added;
        _ram.WriteUInt16(AvailableRing + 2, _published);
        // The device arms its notification and then looks at the index again; the fence pairs with the one between those two steps.
        MappedMemory.FullFence();
        if (!_options.EventIndex) return (_ram.ReadUInt16(UsedRing) & UsedNoNotify) == 0;
        var wanted = _ram.ReadUInt16(UsedRing + 4 + 8 * (ulong)Size);
        return (ushort)(_published - wanted - 1) < (ushort)(_published - before);
    }

    /// <summary>Takes back one chain that the device has used.</summary>
    /// <exception cref="DriverQueueException">The used ring names a chain that is not outstanding, claims too many bytes, or ran
    /// ahead.</exception>
    public bool TryReclaim(out UsedChain used)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        used = default;
        var index = _ram.ReadUInt16(UsedRing + 2);
        var waiting = (ushort)(index - _seen);
        if (waiting == 0) return false;
        if (waiting > Held) throw Broken($"used index {index} runs {waiting} entries ahead, but only {Held} chains are with the device");

        var entry = UsedRing + 4 + 8 * (ulong)(_seen & (Size - 1));
        var id = _ram.ReadUInt32(entry);
        var written = _ram.ReadUInt32(entry + 4);
        if (id >= (uint)Size || !_heads[id].Active)
            throw Broken($"used entry {_seen} names descriptor {id}, which is not the head of a chain that the device holds");
        ref var chain = ref _heads[id];
        if (written > (uint)chain.Writable)
            throw Broken($"used entry {_seen} claims {written} bytes written into a chain with {chain.Writable} writable bytes");

        used = new UsedChain(chain.Token, (int)written);
        _next[chain.Last] = _firstFree;
        _firstFree = (ushort)id;
        FreeDescriptors += chain.Descriptors;
        chain = default;
        Held--;
        _seen++;
        return true;
    }

    /// <summary>Asks for a call at the next used entry, then looks again.</summary>
    /// <returns>True when the device has used something meanwhile: reclaim before waiting, no call may come for it.</returns>
    public bool EnableCalls()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_options.EventIndex) _ram.WriteUInt16(AvailableRing + 4 + 2 * (ulong)Size, _seen);
        else _ram.WriteUInt16(AvailableRing, 0);
        MappedMemory.FullFence();
        return _ram.ReadUInt16(UsedRing + 2) != _seen;
    }

    /// <summary>Asks for no calls until <see cref="EnableCalls"/>. A hint only: calls may still come.</summary>
    public void DisableCalls()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        // With event indices the index last written lies behind after the first used entry, which silences the device by itself.
        if (!_options.EventIndex) _ram.WriteUInt16(AvailableRing, AvailNoInterrupt);
    }

    /// <summary>Gives the ring's memory back. The device must have stopped using it.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (_indirect != 0) _ram.Release(_indirect);
        _ram.Release(_base);
    }

    private ushort AddDirect(ushort head, ReadOnlySpan<GuestSegment> readable, ReadOnlySpan<GuestSegment> writable)
    {
        var at = head;
        var last = head;
        var left = readable.Length + writable.Length;
        for (var i = 0; left > 0; i++, left--)
        {
            var write = i >= readable.Length;
            var segment = write ? writable[i - readable.Length] : readable[i];
            var flags = (ushort)((write ? FlagWrite : 0) | (left > 1 ? FlagNext : 0));
            Describe(_base + DescriptorBytes * (ulong)at, segment.Address, (uint)segment.Length, flags, left > 1 ? _next[at] : (ushort)0);
            last = at;
            at = _next[at];
        }

        return last;
    }

    private ushort AddIndirect(ushort head, ReadOnlySpan<GuestSegment> readable, ReadOnlySpan<GuestSegment> writable)
    {
        var count = readable.Length + writable.Length;
        var table = _indirect + (ulong)head * (ulong)_options.MaximumSegments * DescriptorBytes;
        for (var i = 0; i < count; i++)
        {
            var write = i >= readable.Length;
            var segment = write ? writable[i - readable.Length] : readable[i];
            var more = i + 1 < count;
            var flags = (ushort)((write ? FlagWrite : 0) | (more ? FlagNext : 0));
            Describe(table + DescriptorBytes * (ulong)i, segment.Address, (uint)segment.Length, flags, more ? (ushort)(i + 1) : (ushort)0);
        }

        Describe(_base + DescriptorBytes * (ulong)head, table, (uint)(count * DescriptorBytes), FlagIndirect, 0);
        return head;
    }

    private void Describe(ulong at, ulong address, uint length, ushort flags, ushort next)
    {
        var descriptor = _ram.Write(at, DescriptorBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor, address);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[8..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[12..], flags);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[14..], next);
    }

    private static long Total(ReadOnlySpan<GuestSegment> segments, string kind)
    {
        var total = 0L;
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i].Length <= 0)
                throw new ArgumentException($"{kind} segment {i} has a length of {segments[i].Length}; needs 1 or more");
            total += segments[i].Length;
        }

        return total;
    }

    private DriverQueueException Broken(string what) => new($"queue {Index}: {what}");

    private readonly record struct Outstanding(bool Active, ushort Descriptors, ushort Last, int Writable, int Token);
}

using System.Runtime.InteropServices;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.Virtqueues;

/// <summary>
/// The driver's side of one split ring, for tests: behaves well through <see cref="Add"/> and <see cref="TryReap"/>, and can write
/// any nonsense through the rest. Buffers are given by guest address.
/// </summary>
internal sealed class DriverRing
{
    private readonly MappedMemory _memory;
    private readonly int _place;
    private readonly Stack<ushort> _free = new();
    private readonly Dictionary<ushort, (ushort[] Descriptors, object? Tag)> _pending = [];
    private readonly bool _eventIndex;
    private ushort _available;
    private ushort _reaped;

    public DriverRing(TestMemory guest, int size, ulong features, int place = 0, ushort start = 0)
    {
        Guest = guest;
        _memory = guest.Bytes;
        _place = place;
        Size = size;
        Features = features;
        _eventIndex = (features & VirtioFeatures.EventIndex) != 0;
        _available = _reaped = start;
        for (var i = size - 1; i >= 0; i--) _free.Push((ushort)i);
        Available = Align(_place + SplitRingLayout.DescriptorAreaBytes(size), 2);
        Used = Align(Available + SplitRingLayout.AvailableAreaBytes(size, true), 4);
        Tables = Align(Used + SplitRingLayout.UsedAreaBytes(size, true), 16);
        Buffers = Align(Tables + (size * size * 16), 4096);
        _memory.Write(_place, Buffers - _place).Clear();
        SetAvailableIndex(start);
        _memory.WriteUInt16Release(Used + 2, start);
        WantCalls();
    }

    public TestMemory Guest { get; }

    public int Size { get; }

    public ulong Features { get; }

    public int Available { get; }

    public int Used { get; }

    /// <summary>Where indirect tables may be put: one of <see cref="Size"/> entries for each descriptor.</summary>
    public int Tables { get; }

    /// <summary>The first place in memory that the ring does not use.</summary>
    public int Buffers { get; }

    public int FreeDescriptors => _free.Count;

    public int Pending => _pending.Count;

    public ushort AvailableIndex => _available;

    public RingAddresses Addresses =>
        new(TestMemory.FrontendBase + (ulong)_place, TestMemory.FrontendBase + (ulong)Available, TestMemory.FrontendBase + (ulong)Used);

    public ushort UsedFlags => _memory.ReadUInt16Acquire(Used);

    public ushort UsedIndex => _memory.ReadUInt16Acquire(Used + 2);

    public static ulong AddressOf(int place) => TestMemory.GuestBase + (ulong)place;

    public VirtqueueSettings Settings(Action? call = null, ushort start = 0, int index = 0) => new()
    {
        Index = index,
        Size = Size,
        Features = Features,
        Base = start,
        Addresses = Addresses,
        Memory = Guest.Table,
        Call = call,
    };

    /// <summary>Makes a chain available, direct or through an indirect table; true if the device wants a kick for it.</summary>
    public bool Add(ReadOnlySpan<(ulong Address, uint Length, bool IsWritable)> buffers, bool indirect, object? tag = null)
    {
        ushort[] used;
        if (indirect)
        {
            used = [_free.Pop()];
            var table = Tables + (used[0] * Size * 16);
            for (var i = 0; i < buffers.Length; i++)
            {
                var flags = (buffers[i].IsWritable ? DescriptorFlags.Write : 0) | (i + 1 < buffers.Length ? DescriptorFlags.Next : 0);
                WriteDescriptor(table + (i * 16), new Descriptor(buffers[i].Address, buffers[i].Length, flags, (ushort)(i + 1)));
            }

            SetDescriptor(used[0], AddressOf(table), (uint)(buffers.Length * 16), DescriptorFlags.Indirect, 0);
        }
        else
        {
            used = new ushort[buffers.Length];
            for (var i = 0; i < used.Length; i++) used[i] = _free.Pop();
            for (var i = 0; i < used.Length; i++)
            {
                var flags = (buffers[i].IsWritable ? DescriptorFlags.Write : 0) | (i + 1 < used.Length ? DescriptorFlags.Next : 0);
                SetDescriptor(used[i], buffers[i].Address, buffers[i].Length, flags, i + 1 < used.Length ? used[i + 1] : (ushort)0);
            }
        }

        _pending.Add(used[0], (used, tag));
        return Publish(used[0]);
    }

    /// <summary>Puts a head in the available ring and moves the index on; true if the device wants a kick.</summary>
    public bool Publish(ushort head)
    {
        SetAvailableEntry(_available, head);
        var before = _available++;
        SetAvailableIndex(_available);
        MappedMemory.FullFence();
        return _eventIndex
            ? SplitRingLayout.Passed(_memory.ReadUInt16Acquire(Used + SplitRingLayout.AvailableEventOffset(Size)), _available, before)
            : (UsedFlags & SplitRingLayout.NoNotify) == 0;
    }

    /// <summary>Takes one chain that the device gave back.</summary>
    public bool TryReap(out object? tag, out uint written)
    {
        tag = null;
        written = 0;
        if (UsedIndex == _reaped) return false;
        var entry = Used + 4 + (8 * (_reaped & (Size - 1)));
        var head = (ushort)_memory.ReadUInt32Acquire(entry);
        written = _memory.ReadUInt32Acquire(entry + 4);
        _reaped++;
        Assert.True(_pending.Remove(head, out var chain), $"the device gave back {head}, which is not pending");
        foreach (var descriptor in chain.Descriptors) _free.Push(descriptor);
        tag = chain.Tag;
        return true;
    }

    /// <summary>Asks for a call with the next used entry; afterwards look once more.</summary>
    public void WantCalls()
    {
        if (_eventIndex) _memory.WriteUInt16Release(Available + SplitRingLayout.UsedEventOffset(Size), _reaped);
        else _memory.WriteUInt16Release(Available, 0);
        MappedMemory.FullFence();
    }

    /// <summary>Asks for a call only when this many more entries are used.</summary>
    public void WantCallAfter(int entries) =>
        _memory.WriteUInt16Release(Available + SplitRingLayout.UsedEventOffset(Size), (ushort)(_reaped + entries - 1));

    public void DeclineCalls()
    {
        if (!_eventIndex) _memory.WriteUInt16Release(Available, SplitRingLayout.NoInterrupt);
    }

    public void SetDescriptor(int index, ulong address, uint length, DescriptorFlags flags, ushort next) =>
        WriteDescriptor(_place + (index * 16), new Descriptor(address, length, flags, next));

    public void SetTableEntry(int place, int index, ulong address, uint length, DescriptorFlags flags, ushort next) =>
        WriteDescriptor(place + (index * 16), new Descriptor(address, length, flags, next));

    public void SetAvailableEntry(ushort index, ushort head) =>
        _memory.WriteUInt16Release(Available + 4 + (2 * (index & (Size - 1))), head);

    public void SetAvailableIndex(ushort index) => _memory.WriteUInt16Release(Available + 2, index);

    private void WriteDescriptor(int place, Descriptor descriptor) => MemoryMarshal.Write(_memory.Write(place, 16), descriptor);

    private static int Align(int place, int alignment) => (place + alignment - 1) / alignment * alignment;
}

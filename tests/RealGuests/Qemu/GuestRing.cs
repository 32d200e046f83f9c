using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>A buffer of a chain: guest address, bytes, whether the device writes it.</summary>
internal readonly record struct GuestBuffer(ulong Address, int Length, bool IsWritable);

/// <summary>
/// The driver's side of a split ring in the memory of a machine of QEMU. Behaves well through <see cref="Add"/> and
/// <see cref="TryReap"/>, and writes any nonsense through the rest.
/// </summary>
internal sealed class GuestRing
{
    private const int TableBytes = 256;
    private readonly QtestClient _qtest;
    private readonly Queue<ushort> _free = [];
    private readonly Dictionary<ushort, ushort[]> _pending = [];
    private ushort _reaped;

    /// <summary>Makes a ring of its own in cleared memory.</summary>
    /// <param name="qtest">The machine.</param>
    /// <param name="place">Where: 64 KiB.</param>
    /// <param name="size">Entries, at most 128.</param>
    public GuestRing(QtestClient qtest, ulong place, int size)
    {
        _qtest = qtest;
        Size = size;
        Descriptors = place;
        Available = place + 0x2000;
        Used = place + 0x3000;
        Tables = place + 0x4000;
        qtest.Clear(place, 0x10000);
        for (ushort i = 0; i < size; i++) _free.Enqueue(i);
    }

    public int Size { get; }

    public ulong Descriptors { get; }

    public ulong Available { get; }

    public ulong Used { get; }

    /// <summary>Where indirect tables lie: room for 16 entries for each descriptor.</summary>
    public ulong Tables { get; }

    public ushort AvailableIndex { get; private set; }

    public ushort UsedIndex => BinaryPrimitives.ReadUInt16LittleEndian(_qtest.Read(Used + 2, 2));

    /// <summary>Makes a chain available; its head.</summary>
    public ushort Add(bool isIndirect, params ReadOnlySpan<GuestBuffer> buffers)
    {
        var heads = new ushort[isIndirect ? 1 : buffers.Length];
        for (var i = 0; i < heads.Length; i++) heads[i] = _free.Dequeue();
        var table = isIndirect ? Tables + (heads[0] * (ulong)TableBytes) : Descriptors;
        for (var i = 0; i < buffers.Length; i++)
        {
            var isLast = i == buffers.Length - 1;
            var flags = (buffers[i].IsWritable ? DescriptorFlags.Write : 0) | (isLast ? 0 : DescriptorFlags.Next);
            var next = isLast ? (ushort)0 : isIndirect ? (ushort)(i + 1) : heads[i + 1];
            SetEntry(table, isIndirect ? i : heads[i], buffers[i].Address, (uint)buffers[i].Length, flags, next);
        }

        if (isIndirect) SetDescriptor(heads[0], table, (uint)buffers.Length * 16, DescriptorFlags.Indirect, 0);
        _pending.Add(heads[0], heads);
        Publish(heads[0]);
        return heads[0];
    }

    /// <summary>Puts a head, whatever it is, into the available ring, and moves the index on.</summary>
    public void Publish(ushort head)
    {
        WriteWord(Available + 4 + (2ul * (uint)(AvailableIndex % Size)), head);
        SetAvailableIndex((ushort)(AvailableIndex + 1));
    }

    public void SetAvailableIndex(ushort index)
    {
        AvailableIndex = index;
        WriteWord(Available + 2, index);
    }

    /// <summary>Takes one chain that the device gave back.</summary>
    public bool TryReap(out ushort head, out int written)
    {
        (head, written) = (0, 0);
        if (UsedIndex == _reaped) return false;
        var entry = _qtest.Read(Used + 4 + (8ul * (uint)(_reaped++ % Size)), 8);
        var id = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        head = (ushort)id;
        written = BinaryPrimitives.ReadInt32LittleEndian(entry.AsSpan(4));
        ushort[]? chain = null;
        Assert.True(id < Size && _pending.Remove(head, out chain), $"the device gave back {id}, which is not pending");
        foreach (var descriptor in chain!) _free.Enqueue(descriptor);
        return true;
    }

    public void SetDescriptor(int index, ulong address, uint length, DescriptorFlags flags, ushort next) =>
        SetEntry(Descriptors, index, address, length, flags, next);

    public void SetEntry(ulong table, int index, ulong address, uint length, DescriptorFlags flags, ushort next)
    {
        Span<byte> bytes = stackalloc byte[16];
        MemoryMarshal.Write(bytes, new Descriptor(address, length, flags, next));
        _qtest.Write(table + (16ul * (uint)index), bytes);
    }

    private void WriteWord(ulong address, ushort value) => _qtest.WriteRegister(address, 2, value);
}

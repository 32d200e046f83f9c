using System.Runtime.InteropServices;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Fuzz.Chains;

/// <summary>A piece of guest memory as a descriptor names it.</summary>
internal readonly record struct Piece(int Place, int Length)
{
    public int End => Place + Length;
}

/// <summary>A chain as it was when the device took it, by the fuzzer's own reading of the ring.</summary>
internal sealed class GuestChain
{
    public ushort Head { get; set; }

    public List<Piece> Readable { get; } = [];

    public List<Piece> Writable { get; } = [];

    public int ReadableBytes { get; set; }

    public int WritableBytes { get; set; }

    /// <summary>Copies the readable bytes as they are now; returns how many there were.</summary>
    public int Read(ReadOnlySpan<byte> memory, Span<byte> target) => Copy(Readable, memory, target);

    /// <summary>Copies the writable bytes as they are now.</summary>
    public int ReadAnswer(ReadOnlySpan<byte> memory, Span<byte> target) => Copy(Writable, memory, target);

    public void Clear()
    {
        Readable.Clear();
        Writable.Clear();
        ReadableBytes = WritableBytes = 0;
    }

    private static int Copy(List<Piece> pieces, ReadOnlySpan<byte> memory, Span<byte> target)
    {
        var copied = 0;
        foreach (var piece in pieces)
        {
            var length = Math.Min(piece.Length, target.Length - copied);
            memory.Slice(piece.Place, length).CopyTo(target[copied..]);
            copied += length;
        }

        return copied;
    }
}

/// <summary>
/// The driver's side of one ring, and a second opinion on it: what the device must find there, read by other code than the device's.
/// </summary>
internal sealed class GuestQueue(GuestRam ram, int index, int size, ulong features)
{
    private readonly List<GuestChain> _held = [];
    private readonly Stack<GuestChain> _free = new();
    private ushort _next;
    private ushort _used;
    private int _nextDescriptor;

    /// <summary>What <see cref="Predict"/> found.</summary>
    public enum Sight
    {
        Nothing,
        Chain,
        Violation,
    }

    public int Size => size;

    public int Index => index;

    /// <summary>Chains that the device has and did not give back.</summary>
    public List<GuestChain> Held => _held;

    /// <summary>How many chains the device has taken.</summary>
    public ushort Next => _next;

    public ushort Used => _used;

    /// <summary>The driver's own count of what it has made available.</summary>
    public ushort Offered { get; private set; }

    private int Place => GuestRam.Rings + (index * GuestRam.RingBytes);

    private int Available => Place + 0x100;

    private int UsedPlace => Place + 0x140;

    private bool HasEventIndex => (features & VirtioFeatures.EventIndex) != 0;

    public Piece UsedArea => new(UsedPlace, SplitRingLayout.UsedAreaBytes(size, HasEventIndex));

    public RingAddresses Addresses =>
        new(GuestRam.FrontendAddressOf(Place), GuestRam.FrontendAddressOf(Available), GuestRam.FrontendAddressOf(UsedPlace));

    public void Begin(ushort start)
    {
        _next = _used = Offered = start;
        ram.Write(Available + 2, start, 2);
        ram.Write(UsedPlace + 2, start, 2);
        if (HasEventIndex) ram.Write(Available + SplitRingLayout.UsedEventOffset(size), start, 2);
    }

    /// <summary>The queue starts again where it stopped; what was held is forgotten.</summary>
    public void Restart()
    {
        foreach (var chain in _held) Recycle(chain);
        _held.Clear();
        RestoreUsedIndex();
    }

    /// <summary>Writes a descriptor and returns its index; they are taken in turns, in use or not.</summary>
    public int NextDescriptor() => _nextDescriptor++ % size;

    public void SetDescriptor(int descriptor, ulong address, uint length, ushort flags, ushort next) =>
        WriteDescriptor(Place + (16 * (descriptor % size)), address, length, flags, next);

    public void WriteDescriptor(int place, ulong address, uint length, ushort flags, ushort next)
    {
        Span<byte> bytes = stackalloc byte[SplitRingLayout.DescriptorBytes];
        MemoryMarshal.Write(bytes, new Descriptor(address, length, (DescriptorFlags)flags, next));
        ram.Write(place, bytes);
    }

    /// <summary>Makes a head available.</summary>
    public void Publish(ushort head)
    {
        SetAvailable(Offered, head);
        MoveAvailable(1);
    }

    public void SetAvailable(ushort at, ushort head) => ram.Write(Available + 4 + (2 * (at & (size - 1))), head, 2);

    public void MoveAvailable(ushort ahead)
    {
        Offered += ahead;
        ram.Write(Available + 2, Offered, 2);
    }

    /// <summary>
    /// The device's own word, which it never reads again; put right before each of its steps, so that any change is known to be its.
    /// </summary>
    public void RestoreUsedIndex() => ram.Write(UsedPlace + 2, _used, 2);

    /// <summary>What the device must find now. The chain is the caller's; <see cref="Take"/> or <see cref="Recycle"/> it.</summary>
    /// <param name="knowsHeld">Whether <see cref="Held"/> is known to be right.</param>
    /// <param name="chain">The chain, if there is one.</param>
    public Sight Predict(bool knowsHeld, out GuestChain? chain)
    {
        chain = null;
        var waiting = (ushort)(ram.Word(Available + 2) - _next);
        if (waiting == 0) return Sight.Nothing;
        if (waiting > size) return Sight.Violation;
        var head = ram.Word(Available + 4 + (2 * (_next & (size - 1))));
        if (head >= size || (knowsHeld && IsHeld(head))) return Sight.Violation;
        chain = _free.TryPop(out var free) ? free : new GuestChain();
        chain.Clear();
        chain.Head = head;
        if (Walk(chain, Place, size, head, isTable: false, 0)) return Sight.Chain;
        Recycle(chain);
        chain = null;
        return Sight.Violation;
    }

    public void Take(GuestChain chain)
    {
        _held.Add(chain);
        _next++;
    }

    public void Recycle(GuestChain chain) => _free.Push(chain);

    /// <summary>One more entry of the used ring, if the device has made one.</summary>
    public bool TryReap(out uint head, out uint written)
    {
        head = written = 0;
        if (ram.Word(UsedPlace + 2) == _used) return false;
        var entry = ram.Now.Slice(UsedPlace + 4 + (8 * (_used & (size - 1))), 8);
        head = MemoryMarshal.Read<uint>(entry);
        written = MemoryMarshal.Read<uint>(entry[4..]);
        _used++;
        return true;
    }

    private bool IsHeld(ushort head)
    {
        foreach (var chain in _held)
        {
            if (chain.Head == head) return true;
        }

        return false;
    }

    // virtio 1.3, 2.7.5: true if the chain is one that a device takes.
    private bool Walk(GuestChain chain, int table, int entries, int first, bool isTable, int before)
    {
        for (int at = first, count = 1; ; count++)
        {
            if (count > entries || before + count > size) return false;
            var descriptor = MemoryMarshal.Read<Descriptor>(ram.Now[(table + (16 * at))..]);
            var goesOn = (descriptor.Flags & DescriptorFlags.Next) != 0;
            if ((descriptor.Flags & DescriptorFlags.Indirect) != 0)
            {
                if (isTable || goesOn || (features & VirtioFeatures.IndirectDescriptors) == 0) return false;
                if (descriptor.Length == 0 || descriptor.Length % 16 != 0) return false;
                if (!GuestRam.TryPlace(descriptor.Address, out var place, out var left) || descriptor.Length > left) return false;
                return Walk(chain, place, (int)descriptor.Length / 16, 0, isTable: true, count - 1);
            }

            if (!Add(chain, descriptor)) return false;
            if (!goesOn) return true;
            if (descriptor.Next >= entries) return false;
            at = descriptor.Next;
        }
    }

    private static bool Add(GuestChain chain, in Descriptor descriptor)
    {
        var isWritable = (descriptor.Flags & DescriptorFlags.Write) != 0;
        if (descriptor.Length == 0 || (!isWritable && chain.WritableBytes > 0)) return false;
        var (address, left) = (descriptor.Address, (ulong)descriptor.Length);
        if (left + (ulong)chain.ReadableBytes + (ulong)chain.WritableBytes > int.MaxValue) return false;
        while (left > 0)
        {
            if (!GuestRam.TryPlace(address, out var place, out var inRegion)) return false;
            var length = (int)Math.Min(left, (ulong)inRegion);
            (isWritable ? chain.Writable : chain.Readable).Add(new Piece(place, length));
            if (isWritable) chain.WritableBytes += length;
            else chain.ReadableBytes += length;
            address += (ulong)length;
            left -= (ulong)length;
        }

        return true;
    }
}

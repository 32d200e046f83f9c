namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>Configuration space of the machine's first PCI bus, by the ports 0xCF8 and 0xCFC.</summary>
internal sealed class PciBus(QtestClient qtest)
{
    private const ushort AddressPort = 0xcf8;
    private const ushort DataPort = 0xcfc;
    private const int FirstBar = 0x10;
    private const int BarCount = 6;
    private ulong _next = 0xe000_0000; // above all memory, below the I/O APIC

    public QtestClient Qtest { get; } = qtest;

    public uint Read(int slot, int offset)
    {
        Select(slot, offset);
        return Qtest.InLong(DataPort);
    }

    public byte ReadByte(int slot, int offset) => (byte)(Read(slot, offset & ~3) >> (8 * (offset & 3)));

    public void Write(int slot, int offset, uint value)
    {
        Select(slot, offset);
        Qtest.OutLong(DataPort, value);
    }

    /// <summary>Gives each memory BAR of a device a place, as firmware does.</summary>
    /// <returns>The places by the BARs' numbers; 0 where there is none.</returns>
    public ulong[] AssignBars(int slot)
    {
        var places = new ulong[BarCount];
        for (var bar = 0; bar < BarCount; bar++)
        {
            var register = FirstBar + (4 * bar);
            var kind = Read(slot, register);
            if ((kind & 1) != 0) continue; // ports
            Write(slot, register, uint.MaxValue);
            var mask = Read(slot, register) & ~0xfu;
            if (mask == 0) continue;
            ulong size = ~mask + 1;
            var isLong = (kind & 6) == 4;
            _next = (_next + size - 1) / size * size;
            Write(slot, register, (uint)_next);
            if (isLong) Write(slot, register + 4, (uint)(_next >> 32));
            places[bar] = _next;
            _next += size;
            if (isLong) bar++;
        }

        return places;
    }

    private void Select(int slot, int offset) => Qtest.OutLong(AddressPort, 0x8000_0000 | (uint)(slot << 11) | (uint)(offset & ~3));
}

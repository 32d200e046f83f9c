using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// The client's end of QEMU's qtest: what a processor would do, done from outside. Ports, memory as the guest sees it, interrupt lines.
/// One thread at a time.
/// </summary>
internal sealed class QtestClient(Socket socket) : IDisposable
{
    private const int WholeWord = 4;
    private readonly LineSocket _lines = new(socket);
    private readonly HashSet<int> _raised = [];

    /// <summary>Interrupt lines that are raised now, as far as was told.</summary>
    public IReadOnlySet<int> Raised => _raised;

    public void OutLong(ushort port, uint value) => Ask($"outl 0x{port:x} 0x{value:x}");

    public uint InLong(ushort port) => (uint)Number(Ask($"inl 0x{port:x}"));

    /// <summary>Reads from a register of a device, in one access.</summary>
    /// <param name="address">Where.</param>
    /// <param name="bytes">1, 2, 4 or 8.</param>
    public ulong ReadRegister(ulong address, int bytes) => Number(Ask($"read{Suffix(bytes)} 0x{address:x}"));

    /// <summary>Writes to a register of a device, in one access.</summary>
    public void WriteRegister(ulong address, int bytes, ulong value) => Ask($"write{Suffix(bytes)} 0x{address:x} 0x{value:x}");

    public byte[] Read(ulong address, int bytes) => bytes == 0 ? [] : Convert.FromBase64String(Ask($"b64read 0x{address:x} 0x{bytes:x}"));

    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0) Ask($"b64write 0x{address:x} 0x{bytes.Length:x} {Convert.ToBase64String(bytes)}");
    }

    public void Clear(ulong address, int bytes) => Ask($"memset 0x{address:x} 0x{bytes:x} 0x00");

    /// <summary>From now on QEMU tells of each change of an input of its I/O APIC.</summary>
    public void InterceptInterrupts() => Ask("irq_intercept_in ioapic");

    /// <summary>Waits until a line is raised, or is not any more.</summary>
    public void WaitForLine(int line, bool raised)
    {
        // Other lines come and go meanwhile: the timer's never rest.
        var waited = Stopwatch.StartNew();
        while (_raised.Contains(line) != raised)
        {
            if (waited.Elapsed > QemuMachine.Patience)
            {
                throw new TimeoutException($"line {line} is not {(raised ? "raised" : "lowered")}; raised: {string.Join(' ', _raised)}");
            }

            TakeInterrupt(_lines.Read());
        }
    }

    public void Dispose() => _lines.Dispose();

    private string Ask(string command)
    {
        _lines.Write(command);
        while (true)
        {
            var line = _lines.Read();
            if (TakeInterrupt(line)) continue;
            if (line == "OK") return "";
            if (line.StartsWith("OK ", StringComparison.Ordinal)) return line[3..];
            throw new InvalidOperationException($"qtest answered '{line}' to '{command}'");
        }
    }

    private bool TakeInterrupt(string line)
    {
        var words = line.Split(' ');
        if (words[0] != "IRQ") return false;
        var number = int.Parse(words[2], CultureInfo.InvariantCulture);
        if (words[1] == "raise") _raised.Add(number);
        else _raised.Remove(number);
        return true;
    }

    private static ulong Number(string answer) => Convert.ToUInt64(answer, 16);

    private static char Suffix(int bytes) => bytes switch { 1 => 'b', 2 => 'w', WholeWord => 'l', _ => 'q' };
}

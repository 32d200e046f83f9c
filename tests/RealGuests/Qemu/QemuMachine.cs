using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// A machine of QEMU without a guest: its processor halts at the first instruction, and the test does what a driver would do.
/// Killed when disposed: a QEMU that waits for a back-end does not hear anything milder.
/// </summary>
internal sealed class QemuMachine : IDisposable
{
    /// <summary>How long anything may take before a test fails; never how long a test takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of memory that the machine begins with.</summary>
    public const int MemoryBytes = 64 << 20;

    private const int FirmwareBytes = 64 << 10;
    private const int ResetVector = 0xfff0;
    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _errors = new();
    private Process? _process;
    private QtestClient? _qtest;
    private QmpClient? _qmp;

    private QemuMachine()
    {
    }

    public QtestClient Qtest => _qtest!;

    public QmpClient Qmp => _qmp!;

    /// <summary>What QEMU has said on its standard error.</summary>
    public string Errors
    {
        get { lock (_errors) return _errors.ToString(); }
    }

    public bool HasEnded => _process!.HasExited;

    /// <summary>Starts a machine with these further arguments; returns when its devices are made.</summary>
    /// <exception cref="InvalidOperationException">QEMU did not start; nothing of it is left.</exception>
    public static QemuMachine Start(QemuProgram program, params IEnumerable<string> arguments)
    {
        var machine = new QemuMachine();
        try
        {
            machine.Boot(program, arguments);
            return machine;
        }
        catch (Exception e)
        {
            // The end of a process comes with the end of what it says.
            if (e is SocketException or EndOfStreamException) machine._process?.WaitForExit(Patience);
            var errors = machine.Errors;
            machine.Dispose();
            throw new InvalidOperationException($"QEMU did not start: {e.Message}: {errors}", e);
        }
    }

    /// <summary>SIGKILL, and nothing of it is left.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits until QEMU has said something on its standard error.</summary>
    public void Says(string words) => Assert.True(
        SpinWait.SpinUntil(() => Errors.Contains(words, StringComparison.Ordinal), Patience), $"QEMU did not say '{words}', but: {Errors}");

    public void Dispose()
    {
        if (_process is { HasExited: false }) Kill();
        _process?.Dispose();
        _qtest?.Dispose();
        _qmp?.Dispose();
        _folder.Dispose();
    }

    private void Boot(QemuProgram program, IEnumerable<string> arguments)
    {
        // cli; hlt; jmp -3
        var firmware = new byte[FirmwareBytes];
        ((ReadOnlySpan<byte>)[0xfa, 0xf4, 0xeb, 0xfd]).CopyTo(firmware.AsSpan(ResetVector));
        File.WriteAllBytes(InFolder("halt.bin"), firmware);
        using var qtest = Listen("qtest");
        using var qmp = Listen("qmp");
        var start = new ProcessStartInfo(program.Path,
        [
            .. program.First, "-no-user-config", "-nodefaults", "-display", "none", "-accel", "tcg", "-bios", InFolder("halt.bin"),
            "-machine", "pc,memory-backend=ram", "-m", $"{MemoryBytes >> 20}M,slots=200,maxmem=256G",
            "-object", $"memory-backend-memfd,id=ram,size={MemoryBytes},share=on",
            "-qtest", $"unix:{InFolder("qtest")}", "-qtest-log", "/dev/null",
            "-chardev", $"socket,id=qmp,path={InFolder("qmp")}", "-mon", "chardev=qmp,mode=control",
            .. arguments,
        ])
        {
            RedirectStandardError = true,
        };
        _process = DependentProcess.Start(start);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
        _qmp = new QmpClient(Accept(qmp));
        _qtest = new QtestClient(Accept(qtest));
    }

    private string InFolder(string name) => Path.Combine(_folder.Path, name);

    private Socket Listen(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(InFolder(name)));
        socket.Listen();
        return socket;
    }

    private Socket Accept(Socket listener)
    {
        // A program that cannot start closes nothing that could be waited for.
        var accepted = listener.AcceptAsync();
        return Task.WaitAny([accepted, _process!.WaitForExitAsync()], Patience) switch
        {
            0 => accepted.Result,
            1 => throw new EndOfStreamException("it ended"),
            _ => throw new TimeoutException("it does not connect"),
        };
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_errors) _errors.AppendLine(line);
    }
}

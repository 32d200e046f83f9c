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
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf-qemu-");
    private readonly StringBuilder _errors = new();
    private readonly Process _process;

    private QemuMachine(QemuProgram program, IEnumerable<string> arguments)
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
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
        try
        {
            Qmp = new QmpClient(Accept(qmp));
            Qtest = new QtestClient(Accept(qtest));
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            // The end of a process comes with the end of what it says.
            _process.WaitForExit(Patience);
            var errors = Errors;
            Dispose();
            throw new InvalidOperationException($"QEMU did not start: {errors}", e);
        }
    }

    public QtestClient Qtest { get; }

    public QmpClient Qmp { get; }

    /// <summary>What QEMU has said on its standard error.</summary>
    public string Errors
    {
        get { lock (_errors) return _errors.ToString(); }
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts a machine with these further arguments; returns when its devices are made.</summary>
    public static QemuMachine Start(QemuProgram program, params IEnumerable<string> arguments) => new(program, arguments);

    /// <summary>SIGKILL, and nothing of it is left.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits until QEMU has said something on its standard error.</summary>
    public void Says(string words) => Assert.True(
        SpinWait.SpinUntil(() => Errors.Contains(words, StringComparison.Ordinal), Patience), $"QEMU did not say '{words}', but: {Errors}");

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        Qtest?.Dispose();
        Qmp?.Dispose();
        _folder.Delete(recursive: true);
    }

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);

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
        if (Task.WaitAny([accepted, _process.WaitForExitAsync()], Patience) == 0) return accepted.Result;
        throw new InvalidOperationException($"QEMU did not start: {Errors}");
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_errors) _errors.AppendLine(line);
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CameraFabric.Cluster.Tests.Harness;

/// <summary>A <see cref="TcpLine"/> in front of a machine, as a process there: a socket belongs to the namespace in which it was made.</summary>
internal sealed class LineProcess : IDisposable
{
    private const int Port = 4999;
    private const int SolIp = 0;
    private const int SoOriginalDst = 80;

    private readonly Process _process;

    private LineProcess(Process process) => _process = process;

    /// <summary>Puts a line in front of a machine; connections that are there already go on without it.</summary>
    public static LineProcess Before(Machine machine)
    {
        machine.Redirect(Port);
        string[] words = [.. machine.Launcher, Environment.ProcessPath!, typeof(LineProcess).Assembly.Location, "line"];
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) != "dotnet") words = [.. machine.Launcher, "dotnet", .. words[^2..]];
        var line = new LineProcess(Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
        Assert.Equal("ready", line._process.StandardOutput.ReadLine());
        return line;
    }

    /// <summary>Gives it an order (<see cref="TcpLine.Obey"/>); it is obeyed when this returns.</summary>
    public void Order(string order)
    {
        _process.StandardInput.WriteLine(order);
        _process.StandardInput.Flush();
        Assert.Equal("ready", _process.StandardOutput.ReadLine());
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    /// <summary>What the process does: orders on its input, until that ends.</summary>
    public static void Run()
    {
        using var line = new TcpLine(new IPEndPoint(IPAddress.Any, Port), Wanted);
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } order)
        {
            line.Obey(order);
            Console.WriteLine("ready");
        }
    }

    /// <summary>Where a connection wanted to go before the kernel turned it to the line.</summary>
    private static IPEndPoint Wanted(Socket caller)
    {
        Span<byte> address = stackalloc byte[16]; // struct sockaddr_in
        caller.GetRawSocketOption(SolIp, SoOriginalDst, address);
        return new IPEndPoint(new IPAddress(address[4..8]), BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
    }
}

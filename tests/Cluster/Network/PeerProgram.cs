using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CameraFabric.Cluster.Tests.Network;

/// <summary>
/// This test program started inside a lab's machine, because a namespace is a process's: it answers each line of its input with one of
/// its output, and ends with its input.
/// </summary>
internal static class PeerProgram
{
    /// <summary>Where peers listen, for datagrams and for connections.</summary>
    private const int Port = 9000;

    /// <summary>SOL_IP and SO_ORIGINAL_DST: where a connection was meant to go that the packet filter led here.</summary>
    private static readonly (int Level, int Name) OriginalDestination = (0, 80);

    /// <summary>SOL_SOCKET and SO_MARK: what the packet filter tells a proxy's own packets by.</summary>
    private static readonly (int Level, int Name) Mark = (1, 36);

    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["peer", var address]:
                await AnswerAsync(IPAddress.Parse(address));
                return 0;
            case ["delay", var port, var milliseconds]:
                await DelayAsync(Number(port), TimeSpan.FromMilliseconds(Number(milliseconds)));
                return 0;
            default:
                await Console.Error.WriteLineAsync("usage: peer ADDRESS | delay PORT MILLISECONDS");
                return 2;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static async Task DelayAsync(int port, TimeSpan delay)
    {
        await using var proxy = new TcpProxy(new IPEndPoint(IPAddress.Any, port), FollowAsync, delay, TimeProvider.System);
        await Console.Out.WriteLineAsync("ready");
        await Console.In.ReadToEndAsync();
    }

    /// <summary>Connects to where the other end believes to be connected to.</summary>
    private static async Task<Socket> FollowAsync(Socket near, CancellationToken cancel)
    {
        var wanted = new byte[16];
        near.GetRawSocketOption(OriginalDestination.Level, OriginalDestination.Name, wanted);
        var target = new IPEndPoint(new IPAddress(wanted.AsSpan(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(wanted.AsSpan(2)));
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        far.SetRawSocketOption(Mark.Level, Mark.Name, BitConverter.GetBytes(DelayingHost.Mark));
        await far.ConnectAsync(target, cancel);
        return far;
    }

    private static async Task AnswerAsync(IPAddress address)
    {
        using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        datagrams.Bind(new IPEndPoint(address, Port));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, Port));
        listener.Listen();
        var serving = ServeAsync(listener);
        await Console.Out.WriteLineAsync("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string answer;
            try
            {
                answer = line.Split(' ') switch
                {
                    ["send", var to, var count] => Send(datagrams, to, Number(count)),
                    ["receive", var count] => await ReceiveAsync(datagrams, Number(count)),
                    ["waiting"] => $"{Drain(datagrams)}",
                    ["stream", var to, var bytes] => await StreamAsync(to, Number(bytes)),
                    _ => $"unknown: {line}",
                };
            }
            catch (SocketException error)
            {
                answer = $"failed: {error.SocketErrorCode}";
            }

            await Console.Out.WriteLineAsync(answer);
        }

        listener.Dispose();
        await serving;
    }

    private static string Send(Socket socket, string to, int count)
    {
        var target = new IPEndPoint(IPAddress.Parse(to), Port);
        for (var at = 0; at < count; at++) socket.SendTo([(byte)at], target);
        return "sent";
    }

    private static async Task<string> ReceiveAsync(Socket socket, int count)
    {
        var buffer = new byte[64];
        for (var at = 0; at < count; at++) await socket.ReceiveAsync(buffer);
        return "received";
    }

    private static int Drain(Socket socket)
    {
        var buffer = new byte[64];
        var count = 0;
        for (; socket.Available > 0; count++) socket.Receive(buffer);
        return count;
    }

    /// <summary>Sends so many bytes over a connection; the answer: after how many microseconds the other end had them all.</summary>
    private static async Task<string> StreamAsync(string to, int bytes)
    {
        var clock = Stopwatch.StartNew();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Parse(to), Port);
        var sending = new byte[bytes];
        for (var sent = 0; sent < bytes;) sent += await socket.SendAsync(sending.AsMemory(sent), SocketFlags.None);
        socket.Shutdown(SocketShutdown.Send);
        return await socket.ReceiveAsync(new byte[1], SocketFlags.None) == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(long)clock.Elapsed.TotalMicroseconds}")
            : "failed: it was closed";
    }

    private static async Task ServeAsync(Socket listener)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            try
            {
                using var socket = await listener.AcceptAsync();
                while (await socket.ReceiveAsync(buffer, SocketFlags.None) > 0)
                {
                }

                await socket.SendAsync(new byte[1], SocketFlags.None);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException error)
            {
                if (error.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted) return;
            }
        }
    }
}

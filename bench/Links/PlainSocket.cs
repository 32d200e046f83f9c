using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Bench.Links;

/// <summary>The floor of a link over TCP: one thread that sends the same bytes from the same slots, one that receives them, nothing else.</summary>
internal static class PlainSocket
{
    /// <returns>Frames a second.</returns>
    public static double Run(FramePool pool, TimeSpan window)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var source = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        source.Connect(listener.LocalEndPoint!);
        using var target = listener.Accept();
        using var into = new FramePool("plain", pool.FrameBytes, pool.Slots);
        var began = Stopwatch.GetTimestamp();
        var sender = new Thread(() => Send(source, pool, began, window)) { IsBackground = true };
        sender.Start();
        var frames = Receive(target, into);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        sender.Join();
        return frames / seconds;
    }

    private static void Send(Socket socket, FramePool pool, long began, TimeSpan window)
    {
        while (Stopwatch.GetElapsedTime(began) < window)
        {
            var slot = pool.TryRent()!;
            socket.Send(slot.Pixels);
            slot.Abandon();
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private static int Receive(Socket socket, FramePool pool)
    {
        for (var frames = 0; ; frames++)
        {
            var slot = pool.TryRent()!;
            var pixels = slot.Pixels;
            while (!pixels.IsEmpty)
            {
                var count = socket.Receive(pixels);
                if (count == 0)
                {
                    slot.Abandon();
                    return frames;
                }

                pixels = pixels[count..];
            }

            slot.Abandon();
        }
    }
}

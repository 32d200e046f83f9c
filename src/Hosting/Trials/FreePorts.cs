using System.Net;
using System.Net.Sockets;

namespace CameraFabric.Hosting.Trials;

/// <summary>Ports for processes of a trial that have to be told theirs before they start.</summary>
internal static class FreePorts
{
    // Below those that Linux gives to whoever does not care: nobody connects from one of these by accident.
    private const int First = 12_000;
    private const int End = 32_000;
    private const int Attempts = 1000;

    /// <summary>So many ports of 127.0.0.1 at which nobody listens now, by chance, so that trials beside each other have others.</summary>
    /// <param name="count">How many.</param>
    /// <exception cref="IOException">There are not enough.</exception>
    public static int[] Find(int count)
    {
        var held = new List<Socket>();
        try
        {
            for (var attempt = 0; attempt < Attempts && held.Count < count; attempt++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    socket.Bind(new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(First, End)));
                    socket.Listen();
                    held.Add(socket);
                }
                catch (SocketException)
                {
                    socket.Dispose();
                }
            }

            return held.Count == count ? [.. held.Select(static socket => ((IPEndPoint)socket.LocalEndPoint!).Port)]
                : throw new IOException($"there are no {count} free ports from {First} to {End - 1} on 127.0.0.1");
        }
        finally
        {
            foreach (var socket in held) socket.Dispose();
        }
    }
}

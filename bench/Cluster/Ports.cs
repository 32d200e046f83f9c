using System.Net;
using System.Net.Sockets;

namespace CameraFabric.Bench.Cluster;

/// <summary>Ports that nobody uses now.</summary>
internal static class Ports
{
    /// <summary>One of them.</summary>
    public static int Free()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }
}

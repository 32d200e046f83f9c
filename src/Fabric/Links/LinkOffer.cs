using MessagePack;

namespace CameraFabric.Fabric.Links;

/// <summary>
/// A home tells a reader where and with what token to fetch a camera's frames. Part of a message; the token is for one connection.
/// </summary>
/// <param name="Token">128 random bits: whoever has them is the reader that was meant.</param>
/// <param name="Epoch">The epoch of the camera's placement.</param>
/// <param name="TcpHost">The home's address for links; empty when it takes none over TCP.</param>
/// <param name="TcpPort">Its port, 1 to 65535.</param>
/// <param name="UnixPath">Its unix socket; empty when it has none.</param>
/// <param name="HostName">The machine that the home runs on: on the same one the reader takes the unix socket.</param>
[MessagePackObject]
public sealed record LinkOffer(
    [property: Key(0)] Guid Token, [property: Key(1)] uint Epoch, [property: Key(2)] string TcpHost, [property: Key(3)] int TcpPort,
    [property: Key(4)] string UnixPath, [property: Key(5)] string HostName);

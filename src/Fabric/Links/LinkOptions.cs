using System.Security.Cryptography.X509Certificates;

namespace CameraFabric.Fabric.Links;

/// <summary>Limits and times of links, for both ends.</summary>
public sealed record LinkOptions
{
    /// <summary>Frames that may wait at the sender; the oldest is dropped for another. 1 to 16.</summary>
    public int QueueFrames { get; init; } = 2;

    /// <summary>
    /// Frames on their way, or held by a reader on the same host, at most; the smaller value of both ends counts. 1 to 64.
    /// </summary>
    public int WindowFrames { get; init; } = 4;

    /// <summary>Notes of missed frames and lost sets that may wait at the sender; one more breaks the link. 16 to 65536.</summary>
    public int QueueNotes { get; init; } = 1024;

    /// <summary>Time for connecting, TLS and the greeting together. 10 ms to 1 min.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the other end may take no byte, or send none in the middle of a message. 10 ms to 1 min.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Connections that may be in their greeting at once; one more ends the oldest. 1 to 256.</summary>
    public int MaximumPending { get; init; } = 16;

    /// <summary>The largest frame that a receiver makes room for, in bytes. 4096 to 1 GiB.</summary>
    public int MaximumFrameBytes { get; init; } = 256 << 20;

    /// <summary>The largest memory of another process that a receiver maps, in bytes. 1 MiB to 1 TiB.</summary>
    public long MaximumSharedBytes { get; init; } = 8L << 30;

    /// <summary>The address to listen at for TCP; empty for none.</summary>
    public string TcpAddress { get; init; } = "127.0.0.1";

    /// <summary>The port to listen at; 0 lets the system choose. 0 to 65535.</summary>
    public int TcpPort { get; init; }

    /// <summary>The name that readers on other hosts shall connect to; empty: <see cref="TcpAddress"/>.</summary>
    public string TcpHost { get; init; } = "";

    /// <summary>The port that readers on other hosts shall connect to; 0: the one that is listened at. 0 to 65535.</summary>
    public int TcpAdvertisedPort { get; init; }

    /// <summary>Where the unix socket is made; empty for none. At most 107 bytes.</summary>
    public string UnixPath { get; init; } = "";

    /// <summary>This node's certificate with its private key: links over TCP are then TLS, on both ends. Null: plain.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>
    /// Why a peer's certificate is not believed, in words that follow "the other end is refused:"; null when it is. Needed with
    /// <see cref="Certificate"/>.
    /// </summary>
    public Func<X509Certificate2?, string?>? Refusal { get; init; }
}

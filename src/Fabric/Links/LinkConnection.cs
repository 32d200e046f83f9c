namespace CameraFabric.Fabric.Links;

/// <summary>A connection whose greeting was right. Belongs to whoever was called with it: a <see cref="LinkSender"/>, or dispose it.</summary>
/// <param name="carrier">The connection.</param>
/// <param name="input">What has come over it.</param>
/// <param name="greeting">The greeting.</param>
/// <param name="window">Frames that may be on their way, as both ends agreed.</param>
/// <param name="time">Measures its time limits.</param>
internal sealed class LinkConnection(LinkCarrier carrier, LinkInput input, LinkGreeting greeting, int window, TimeProvider time) : IDisposable
{
    /// <summary>The camera.</summary>
    public string Camera => greeting.Camera;

    /// <summary>The reader node's name.</summary>
    public string Reader => greeting.Reader;

    /// <summary>The epoch of the camera's placement that the reader knows.</summary>
    public uint Epoch => greeting.Epoch;

    /// <summary>Where the reader is, for people.</summary>
    public string Peer => carrier.Peer;

    /// <summary>Frames that may be on their way at most.</summary>
    public int Window => window;

    internal LinkCarrier Carrier => carrier;

    internal LinkInput Input => input;

    internal TimeProvider Time => time;

    /// <summary>Closes it.</summary>
    public void Dispose() => carrier.Dispose();
}

namespace CameraFabric.Platform;

/// <summary>The other end of a connection has gone away: nothing more can be sent, or a message ended in its middle.</summary>
public sealed class SocketClosedException : IOException
{
    /// <summary>With a message that says what was going on.</summary>
    public SocketClosedException(string message)
        : base(message)
    {
    }
}

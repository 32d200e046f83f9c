namespace CameraFabric.Device.VhostUser;

/// <summary>The other end of a vhost-user connection refused a message, did not answer in time, or answered nonsense.</summary>
public sealed class VhostUserException : Exception
{
    /// <summary>With a message that names the request and what was wrong.</summary>
    public VhostUserException(string message)
        : base(message)
    {
    }

    /// <summary>With a message that names the request and what was wrong, and its cause.</summary>
    public VhostUserException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

namespace CameraFabric.Guest.Media;

/// <summary>
/// A virtio-media device cannot be used (any more), or a step of a program failed on it. Single ioctls return an errno instead.
/// </summary>
public sealed class MediaDriverException : Exception
{
    /// <summary>With a message that says what was tried and what came of it.</summary>
    public MediaDriverException(string message, Exception? inner = null) : base(message, inner) { }
}

namespace CameraFabric.Device.Virtqueues;

/// <summary>
/// The guest broke the rules of the ring, and its queue is stopped for good. The message names the queue, the index, what is wrong and what
/// would be right.
/// </summary>
public sealed class VirtqueueException : Exception
{
    /// <summary>With a message for the guest's operator.</summary>
    public VirtqueueException(string message)
        : base(message)
    {
    }
}

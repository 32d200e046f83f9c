namespace CameraFabric.Guest.Virtqueues;

/// <summary>
/// The device broke the rules of the ring. The queue cannot be used any more; the message names queue, index and what was wrong.
/// </summary>
public sealed class DriverQueueException : Exception
{
    /// <summary>With a message that says what the device did and what would have been right.</summary>
    public DriverQueueException(string message) : base(message) { }
}

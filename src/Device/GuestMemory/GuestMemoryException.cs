namespace CameraFabric.Device.GuestMemory;

/// <summary>A memory region was refused: the message says which one, what is wrong with it, and what would be right.</summary>
public sealed class GuestMemoryException : Exception
{
    /// <summary>With a message for the front-end's operator.</summary>
    public GuestMemoryException(string message)
        : base(message)
    {
    }

    /// <summary>With a message for the front-end's operator, and the refusal of the kernel that it rests on.</summary>
    public GuestMemoryException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

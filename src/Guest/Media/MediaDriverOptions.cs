using CameraFabric.Guest.Transport;

namespace CameraFabric.Guest.Media;

/// <summary>How a guest's driver talks to a virtio-media device. The defaults are what the published Linux driver does.</summary>
public sealed record MediaDriverOptions
{
    /// <summary>Memory and queues. By default the device may share memory, for buffers of its own.</summary>
    public VirtioTransportOptions Transport { get; init; } = new() { ShareMemory = true };

    /// <summary>
    /// How long to wait for the answer to a command. The Linux driver gives up after 5 s, with consequences for its own memory; so the end
    /// of this time is the end of the connection. Default 5 s.
    /// </summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Event buffers, 1 to the queue's size. Default 16.</summary>
    public int EventBuffers { get; init; } = 16;

    /// <summary>When event buffers are posted. Default: before DRIVER_OK, while the device serves the rings already.</summary>
    public SetUpStage PostEventsAt { get; init; } = SetUpStage.RingsEnabled;

    /// <summary>
    /// Longest descriptor, in bytes; 0 for no limit. Kernel memory that lies scattered makes several descriptors of one part. Default 0.
    /// </summary>
    public int DescriptorBytes { get; init; }

    /// <summary>
    /// Bytes of each piece of a user buffer: a power of two, one page or more. Default one page, as in a guest's user space.
    /// </summary>
    public int UserPieceBytes { get; init; } = 4096;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the value and its range.</exception>
    public void Validate()
    {
        Transport.Validate();
        Require(CommandTimeout > TimeSpan.Zero, $"command time-out {CommandTimeout}: needs more than 0");
        Require(EventBuffers >= 1 && EventBuffers <= Transport.QueueSize,
            $"{EventBuffers} event buffers: needs 1 to {Transport.QueueSize}, the queue's size");
        Require(DescriptorBytes >= 0, $"descriptors of {DescriptorBytes} bytes: needs 0 (no limit) or more");
        Require(UserPieceBytes >= 4096 && (UserPieceBytes & (UserPieceBytes - 1)) == 0,
            $"pieces of {UserPieceBytes} bytes: needs a power of two, 4096 or more");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new ArgumentException(message);
    }
}

using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Transport;

namespace CameraFabric.Guest.Camera;

/// <summary>How a driver talks to its device.</summary>
public sealed record CameraDriverOptions
{
    /// <summary>Memory, queues and features.</summary>
    public VirtioTransportOptions Transport { get; init; } = new();

    /// <summary>Most requests in flight, 1 to 256; the device may allow fewer. Default 16.</summary>
    public int MaximumInFlight { get; init; } = 16;

    /// <summary>Event buffers given to the device, 16 to 256, not more than the queue's size. Default 32.</summary>
    public int EventBuffers { get; init; } = 32;

    /// <summary>
    /// Bytes of memory that one entry of a buffer names, a multiple of the page size; 0 for whole planes. Real guests' memory is in pieces.
    /// Default 0.
    /// </summary>
    public int PieceBytes { get; init; }

    /// <summary>How long to wait for the answer to a command. The device answers within 1 s. Default 5 s.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Largest capability blob that is read, in bytes. Default 1 MiB.</summary>
    public int MaximumCapabilityBytes { get; init; } = 1 << 20;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the value and its range.</exception>
    public void Validate()
    {
        Transport.Validate();
        var size = Transport.QueueSize;
        Require(MaximumInFlight is >= 1 and <= 256, $"{MaximumInFlight} requests in flight: needs 1 to 256");
        Require(EventBuffers >= Math.Min(16, size) && EventBuffers <= size,
            $"{EventBuffers} event buffers: needs {Math.Min(16, size)} to {size}, the queue's size");
        Require(PieceBytes >= 0 && PieceBytes % GuestRam.PageBytes == 0,
            $"pieces of {PieceBytes} bytes: needs a multiple of {GuestRam.PageBytes}, or 0");
        Require(CommandTimeout > TimeSpan.Zero, $"command time-out {CommandTimeout}: needs more than 0");
        Require(MaximumCapabilityBytes > 0, $"capability blob of {MaximumCapabilityBytes} bytes: needs 1 or more");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new ArgumentException(message);
    }
}

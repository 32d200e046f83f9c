using CameraFabric.Guest.Memory;

namespace CameraFabric.Guest.Transport;

/// <summary>The guest's memory, and how its driver lays out and negotiates the queues.</summary>
public sealed record VirtioTransportOptions
{
    /// <summary>Bytes of guest memory. Pages are taken from the system when they are first written. Default 256 MiB.</summary>
    public long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>Where that memory lies.</summary>
    public GuestRamOptions Memory { get; init; } = new();

    /// <summary>Entries of each queue, a power of two from 8 to 256. Default 64.</summary>
    public int QueueSize { get; init; } = 64;

    /// <summary>Whether to use indirect descriptors when the device offers them. Default true.</summary>
    public bool Indirect { get; init; } = true;

    /// <summary>Whether to use event indices when the device offers them. Default true.</summary>
    public bool EventIndex { get; init; } = true;

    /// <summary>Whether the device may map memory of its own into shared memory region 0, if it has one. Default false.</summary>
    public bool ShareMemory { get; init; }

    /// <summary>How long to wait for the answer to each message of the set-up. Default 5 s.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The path of the device's socket: with it the transport keeps the rings when the connection ends, and connects again by itself, if
    /// the device can track what is in flight. Null (the default): the end of the connection is the end of the transport.
    /// </summary>
    public string? ReconnectTo { get; init; }

    /// <summary>The pause before the second attempt to connect again; it doubles with each further one. Default 10 ms.</summary>
    public TimeSpan ReconnectPause { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest pause between two attempts. Default 100 ms.</summary>
    public TimeSpan LongestReconnectPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long to try, from the loss of the connection, before the transport gives up. Default 30 s.</summary>
    public TimeSpan ReconnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the value and its range.</exception>
    public void Validate()
    {
        if (QueueSize is < 8 or > 256 || (QueueSize & (QueueSize - 1)) != 0)
            throw new ArgumentException($"queue size {QueueSize}: needs a power of two from 8 to 256");
        if (MemoryBytes < 1 << 20) throw new ArgumentException($"guest memory of {MemoryBytes} bytes: needs 1 MiB or more");
        if (ReplyTimeout <= TimeSpan.Zero) throw new ArgumentException($"reply time-out {ReplyTimeout}: needs more than 0");
        if (ReconnectPause <= TimeSpan.Zero || LongestReconnectPause < ReconnectPause)
        {
            throw new ArgumentException(
                $"reconnect pauses {ReconnectPause} to {LongestReconnectPause}: need more than 0, and the longest not below the first");
        }

        if (ReconnectTimeout <= TimeSpan.Zero) throw new ArgumentException($"reconnect time-out {ReconnectTimeout}: needs more than 0");
    }
}

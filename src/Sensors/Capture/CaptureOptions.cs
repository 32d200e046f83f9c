using System.Collections.Immutable;

namespace CameraFabric.Sensors.Capture;

/// <summary>How a capture thread runs.</summary>
public sealed record CaptureOptions
{
    /// <summary>Processors that the thread may use; empty = any.</summary>
    public ImmutableArray<int> Processors { get; init; } = [];

    /// <summary>SCHED_FIFO priority, 1 to 99; null = none. Needs the right to it.</summary>
    public int? RealtimePriority { get; init; }

    /// <summary>Nice value, -20 to 19; null = as the process.</summary>
    public int? Nice { get; init; }

    /// <summary>Whether each frame's CRC-32C is put into its header.</summary>
    public bool Checksum { get; init; } = true;

    /// <summary>Frames with the very pixels of the frame before, from which on the picture counts as frozen; 0 = a still picture is no
    /// fault.</summary>
    public int FrozenAfter { get; init; }

    /// <summary>The epoch of the camera's placement, for the frames' headers.</summary>
    public uint Epoch { get; init; }
}

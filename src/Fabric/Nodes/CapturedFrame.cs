using System.Collections.Immutable;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Nodes;

/// <summary>One frame, copied out of its slot: for people who want to look at it, not for streaming.</summary>
public sealed record CapturedFrame
{
    /// <summary>The camera's id.</summary>
    public required string Camera { get; init; }

    /// <summary>How the pixels lie in <see cref="Pixels"/>.</summary>
    public required FrameLayout Layout { get; init; }

    /// <summary>The frame's number.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>When its exposure began, in nanoseconds of CLOCK_MONOTONIC.</summary>
    public required long StartOfExposure { get; init; }

    /// <summary>When it was complete in its slot, in nanoseconds of CLOCK_MONOTONIC.</summary>
    public required long Complete { get; init; }

    /// <summary>CRC-32C of the pixels; 0 when the node computes none.</summary>
    public required uint Checksum { get; init; }

    /// <summary>The control values that the sensor says it used.</summary>
    public required ImmutableArray<ControlEntry> Applied { get; init; }

    /// <summary>The used bytes.</summary>
    public required byte[] Pixels { get; init; }
}

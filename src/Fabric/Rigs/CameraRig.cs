using CameraFabric.Sensors;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Rigs;

/// <summary>One camera of a rig.</summary>
public sealed record CameraRig
{
    /// <summary>The camera's id: letters, digits, '-', '_' and '.', unique in the rig.</summary>
    public required string Id { get; init; }

    /// <summary>Opens the camera's sensor; called anew after each failure.</summary>
    public required SensorFactory Sensor { get; init; }

    /// <summary>What kind of sensor it is, for people: synthetic, replay ...</summary>
    public required string SensorKind { get; init; }

    /// <summary>The configuration that the camera has until its owner asks for another. The sensor's profile adjusts it.</summary>
    public required StreamConfiguration Stream { get; init; }

    /// <summary>The most <see cref="Slots"/>.</summary>
    internal const int MaximumSlots = 64;

    /// <summary>Slots of the camera's frame pool, 2 to 64.</summary>
    public int Slots { get; init; } = 8;

    /// <summary>
    /// Slots beyond <see cref="Slots"/>, for frames that guests hold in place: the sum of <see cref="GuestCameraRig.Leases"/>, so that no
    /// guest can keep a frame from being captured. The rig says it, see <see cref="Rig.WithLentSlots"/>.
    /// </summary>
    public int LentSlots { get; init; }

    /// <summary>Whether guests take turns on the sensor, each with its own settings, instead of one owning it.</summary>
    public bool Interleaved { get; init; }

    /// <summary>Frame periods without a frame after which the source counts as lost, 2 to 1000.</summary>
    public int WatchdogPeriods { get; init; } = 3;

    /// <summary>
    /// Frames with the very pixels of the frame before, from which on the picture counts as frozen, 2 to 100000; 0: a still picture is no
    /// fault.
    /// </summary>
    public int FrozenAfter { get; init; }

    /// <summary>The processor that the capture thread is bound to; null for any.</summary>
    public int? Cpu { get; init; }

    /// <summary>The node that its hardware is attached to; null: it is free, any node with role sensor can be its home.</summary>
    public string? Node { get; init; }

    /// <summary>A second node that its hardware is attached to: its home while <see cref="Node"/> is not a member of the cluster.</summary>
    public string? Standby { get; init; }

    /// <summary>Whether it has a process of its own, a child of <see cref="Node"/>.</summary>
    public Isolation Isolation { get; init; }
}

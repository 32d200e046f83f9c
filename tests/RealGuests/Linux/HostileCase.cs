using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>What the device says instead of the truth, from one load of the driver to its unload. Honest where nothing is set.</summary>
/// <param name="Name">What is wrong with the device.</param>
internal sealed record HostileCase(string Name)
{
    /// <summary>The configuration space.</summary>
    public Func<CameraConfig, CameraConfig> Config { get; init; } = honest => honest;

    /// <summary>The capabilities.</summary>
    public Func<byte[]> Capabilities { get; init; } = () => HostileBlob.Honest();

    /// <summary>The answer to a command; the number counts commands of its type, from 0.</summary>
    public Func<CameraCommand, int, byte[], HostileReply> Answer { get; init; } = (_, _, honest) => new(honest);

    /// <summary>The result of a request; the number counts them, from 0.</summary>
    public Func<int, byte[], HostileReply> Result { get; init; } = (_, honest) => new(honest);

    /// <summary>What goes into the event buffers; the number counts events from 0. Null: nothing more.</summary>
    public Func<int, HostileReply?> Event { get; init; } = _ => null;

    /// <summary>Whether events come as soon as there are buffers for them, not only while it streams.</summary>
    public bool EventsAtOnce { get; init; }

    /// <summary>Whether it announces a change of the configuration space whenever that is read while it streams.</summary>
    public bool ConfigStorm { get; init; }

    /// <summary>Whether it is gone with the first result.</summary>
    public bool Vanishes { get; init; }

    /// <summary>Whether the driver must find a camera; null: it may.</summary>
    public bool? Probes { get; init; }

    /// <summary>Least frames that a program must get out of three; null: as it comes.</summary>
    public int? Frames { get; init; }
}

/// <summary>One answer of the device.</summary>
/// <param name="Bytes">What it writes; null: it never answers.</param>
internal sealed record HostileReply(byte[]? Bytes)
{
    /// <summary>It never answers.</summary>
    public static HostileReply Never { get; } = new((byte[]?)null);

    /// <summary>The length in the used ring; null: as many bytes as it wrote.</summary>
    public uint? Used { get; init; }

    /// <summary>The chain in the used ring; null: the one that it is.</summary>
    public uint? Head { get; init; }

    /// <summary>The same chain once more.</summary>
    public bool Twice { get; init; }

    /// <summary>Entries of the used ring that it claims and did not write.</summary>
    public ushort Jump { get; init; }

    /// <summary>Only when the driver takes its queues away.</summary>
    public bool AtTheEnd { get; init; }
}

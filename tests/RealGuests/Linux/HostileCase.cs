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

    /// <summary>Whether it leaves something without an answer: the driver is told to wait for less time than it would.</summary>
    public bool Silent { get; init; }

    /// <summary>Least good frames that a program must get out of three, and 0: that it gets none; null: as it comes.</summary>
    public int? Frames { get; init; }
}

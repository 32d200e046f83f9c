using System.Collections.Immutable;
using System.Reflection;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Status;

/// <summary>
/// Where a node's meters hang: anybody can read them at any time, also when an actor is stuck. Immutable but for the meters themselves.
/// </summary>
/// <param name="rig">The rig's name.</param>
/// <param name="clock">The frame clock.</param>
/// <param name="cameras">The cameras' meters.</param>
/// <param name="guests">The guests' devices' meters.</param>
/// <param name="node">The node's name in a cluster; empty for a node that is alone.</param>
/// <param name="readers">The meters of cameras as this node reads them.</param>
public sealed class StatusBoard(
    string rig, FrameClock clock, ImmutableArray<CameraMeter> cameras, ImmutableArray<GuestMeter> guests, string node = "",
    ImmutableArray<CameraMeter> readers = default)
{
    private readonly long _started = clock.Now;

    /// <summary>Which packages the process runs with: names and versions.</summary>
    public static string PackageSet { get; } =
        $"{Describe(typeof(Akka.Actor.ActorSystem).Assembly)}, {Describe(typeof(MessagePack.MessagePackSerializer).Assembly)}";

    /// <summary>The node as it is now.</summary>
    public FabricStatus Read()
    {
        var now = clock.Now;
        return new FabricStatus(
            rig,
            PackageSet,
            (now - _started) / 1e9,
            [.. cameras.Where(camera => node.Length == 0 || camera.IsUsed).Select(camera => camera.Report(now))],
            [.. guests.Select(static guest => guest.Report())])
        {
            Node = node,
            Process = Environment.ProcessId,
            Readers = readers.IsDefault ? [] : [.. readers.Where(static camera => camera.IsUsed).Select(camera => camera.Report(now))],
        };
    }

    private static string Describe(Assembly assembly)
    {
        var name = assembly.GetName();
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? name.Version?.ToString();
        return $"{name.Name} {version}";
    }
}

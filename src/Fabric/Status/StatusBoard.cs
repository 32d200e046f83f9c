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
public sealed class StatusBoard(string rig, FrameClock clock, ImmutableArray<CameraMeter> cameras, ImmutableArray<GuestMeter> guests)
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
            [.. cameras.Select(camera => camera.Report(now))],
            [.. guests.Select(static guest => guest.Report())]);
    }

    private static string Describe(Assembly assembly)
    {
        var name = assembly.GetName();
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? name.Version?.ToString();
        return $"{name.Name} {version}";
    }
}

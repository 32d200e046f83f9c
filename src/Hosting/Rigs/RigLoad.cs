using System.Text.Json.Serialization;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Hosting.Rigs;

/// <summary>The bandwidth that a rig asks for; 1 MB = 1,000,000 bytes.</summary>
/// <param name="Cameras">Each camera's part.</param>
public sealed record RigLoad(IReadOnlyList<CameraLoad> Cameras)
{
    /// <summary>Bytes that all sensors write, MB/s.</summary>
    public double MadeMegabytes => Cameras.Sum(camera => camera.MadeMegabytes);

    /// <summary>Bytes that all guests receive, MB/s.</summary>
    public double DeliveredMegabytes => Cameras.Sum(camera => camera.DeliveredMegabytes);

    /// <summary>Adds up a rig. Guests that take turns on a camera share its frames; owners and observers get all of them.</summary>
    /// <param name="rig">The rig.</param>
    public static RigLoad Of(Rig rig)
    {
        var views = rig.Guests.SelectMany(guest => guest.Cameras).ToLookup(seen => seen.Camera, seen => seen.Role);
        return new RigLoad([.. rig.Cameras.Select(camera => Of(camera, [.. views[camera.Id]]))]);
    }

    private static CameraLoad Of(CameraRig camera, Device.Camera.Sessions.SessionRole[] roles)
    {
        var sharers = roles.Count(role => role == Device.Camera.Sessions.SessionRole.Interleaved);
        var layout = camera.Stream.Layout();
        var made = layout.TotalBytes * camera.Stream.Interval.FramesPerSecond / 1e6;
        return new CameraLoad(camera.Id, camera.Stream.ToString(), made, roles.Length, made * (roles.Length - sharers + Math.Min(sharers, 1)), (double)layout.TotalBytes * camera.Slots / (1 << 20));
    }
}

/// <summary>One camera's part of a rig's bandwidth.</summary>
/// <param name="Camera">The camera's id.</param>
/// <param name="Stream">Format, size and rate.</param>
/// <param name="MadeMegabytes">Bytes that its sensor writes, MB/s.</param>
/// <param name="Readers">Guests that see it.</param>
/// <param name="DeliveredMegabytes">Bytes that these guests receive together, MB/s.</param>
/// <param name="PoolMebibytes">Memory of its frame pool, MiB.</param>
public sealed record CameraLoad(string Camera, string Stream, double MadeMegabytes, int Readers, double DeliveredMegabytes, double PoolMebibytes);

/// <summary>What <c>validate --json</c> prints.</summary>
/// <param name="File">The rig file.</param>
/// <param name="Errors">Every mistake; empty when there is none.</param>
/// <param name="Warnings">What can be run but is not what most would want.</param>
/// <param name="Load">The bandwidth, when there is no mistake.</param>
public sealed record ValidationReport(string File, IReadOnlyList<RigError> Errors, IReadOnlyList<RigFault> Warnings, RigLoad? Load);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ValidationReport))]
internal sealed partial class RigJson : JsonSerializerContext;

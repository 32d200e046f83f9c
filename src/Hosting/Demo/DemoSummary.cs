using System.Text.Json.Serialization;
using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Trials;

namespace CameraFabric.Hosting.Demo;

/// <summary>How the demo ended; what <c>demo --json</c> prints.</summary>
/// <param name="Seconds">How long it ran.</param>
/// <param name="Fabric">The fabric's own balance.</param>
/// <param name="Guests">What each guest process said of each of its cameras at its end; a killed one: the last it said.</param>
/// <param name="Checks">What must hold.</param>
public sealed record DemoSummary(double Seconds, FabricStatus Fabric, IReadOnlyList<GuestReport> Guests, IReadOnlyList<Check> Checks)
{
    /// <summary>Whether everything that must hold does.</summary>
    public bool Passed => Checks.All(check => check.Passed);

    /// <summary>Judges a run.</summary>
    /// <param name="seconds">How long it ran.</param>
    /// <param name="fabric">The fabric's balance after its stop.</param>
    /// <param name="survivors">Final reports of the guests that were never killed.</param>
    /// <param name="killed">What the killed guest said last, before and after.</param>
    /// <param name="complaints">Whatever guests wrote on their error streams.</param>
    public static DemoSummary Judge(
        double seconds, FabricStatus fabric, IReadOnlyList<GuestReport> survivors, (IReadOnlyList<GuestReport> Before, IReadOnlyList<GuestReport> After) killed, IReadOnlyList<string> complaints)
    {
        List<Check> checks = [];
        foreach (var camera in fabric.Cameras) checks.Add(DemoChecks.OfCamera(camera, $"camera {camera.Id}"));
        checks.AddRange(fabric.Guests.Select(DemoChecks.OfGuest));
        checks.AddRange(survivors.Concat(killed.After).Select(DemoChecks.OfReport));
        checks.AddRange(survivors.Select(report => DemoChecks.OfBothSides(report, fabric.Guests)));
        var controls = survivors.Where(report => report.Controls.Applied > 0).Select(report => report.Controls).FirstOrDefault();
        checks.Add(new("per-frame exposure: every request was applied to its frame, or told otherwise",
            controls is { Ignored: 0, Clamped: 0 }, controls is null ? "no request with controls was answered" : $"applied {controls.Applied}, late {controls.Late}, ended without a frame {controls.Lost}"));
        checks.Add(new("the killed guest streams again after its restart",
            killed.Before.All(report => report.Frames.Delivered > 0) && killed.Before.Count > 0 && killed.After.Count == killed.Before.Count && killed.After.All(report => report.Frames.Delivered > 0),
            $"{killed.Before.Sum(report => report.Frames.Delivered)} frames before, {killed.After.Sum(report => report.Frames.Delivered)} after"));
        if (complaints.Count > 0) checks.Add(new("no guest complains", false, string.Join("; ", complaints.Take(5))));
        return new DemoSummary(seconds, fabric, [.. survivors, .. killed.Before, .. killed.After], checks);
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DemoSummary))]
internal sealed partial class DemoJson : JsonSerializerContext;

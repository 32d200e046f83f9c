using System.Text.Json.Serialization;
using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Trials;

namespace CameraFabric.Hosting.Recovery;

/// <summary>One guest's gap over one kill.</summary>
/// <param name="Kill">Which kill, from 1.</param>
/// <param name="Guest">The guest.</param>
/// <param name="Milliseconds">From its last frame before to its first frame after.</param>
public sealed record RecoveryGap(int Kill, string Guest, double Milliseconds);

/// <summary>How it ended; what <c>recovery --json</c> prints.</summary>
/// <param name="Gaps">Every gap.</param>
/// <param name="Guests">What the guests said at their end.</param>
/// <param name="Fabric">The balance of the fabric's last life.</param>
/// <param name="Checks">What must hold.</param>
public sealed record RecoverySummary(IReadOnlyList<RecoveryGap> Gaps, IReadOnlyList<GuestReport> Guests, FabricStatus Fabric, IReadOnlyList<Check> Checks)
{
    /// <summary>Whether everything that must hold does.</summary>
    public bool Passed => Checks.All(check => check.Passed);

    /// <summary>Judges a run.</summary>
    internal static RecoverySummary Judge(int kills, IReadOnlyList<RecoveryGap> gaps, IReadOnlyList<GuestReport> guests, FabricStatus balance)
    {
        List<Check> checks = [];
        foreach (var report in guests)
        {
            checks.Add(new($"{report.Name}: went on with its rings each time", report.Connections == 1 && report.Interruptions.Recovered == kills,
                $"{report.Connections} connection of the driver, {report.Interruptions.Recovered} interruptions, frames after each"));
            checks.Add(new($"{report.Name}: every frame and every request accounted for", report.Good && report.Requests.Unfinished == 0,
                report.Good ? $"{report.Frames.Delivered} frames, {report.Interruptions.Cancelled} requests cancelled by the kills" : $"{report.End} {string.Join("; ", report.Verification.First)}"));
        }

        checks.Add(new("the fabric's last life balances", balance.Balanced, $"{balance.Guests.Sum(guest => guest.Delivered)} frames delivered"));
        return new RecoverySummary(gaps, guests, balance, checks);
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RecoverySummary))]
internal sealed partial class RecoveryJson : JsonSerializerContext;

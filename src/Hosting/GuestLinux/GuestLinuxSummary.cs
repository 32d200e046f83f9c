using System.Text.Json.Serialization;
using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Trials;

namespace CameraFabric.Hosting.GuestLinux;

/// <summary>How it ended; what <c>guest-linux --json</c> prints.</summary>
/// <param name="Streams">Guests that streamed.</param>
/// <param name="Fabric">The fabric's balance.</param>
/// <param name="Checks">What must hold.</param>
public sealed record GuestLinuxSummary(IReadOnlyList<GuestStreamFindings> Streams, FabricStatus Fabric, IReadOnlyList<Check> Checks)
{
    /// <summary>The name of the check for gaps: the only one that a slow machine can fail.</summary>
    internal const string NoGap = "no other guest had a gap over 1.5 periods";

    /// <summary>Whether everything that must hold does.</summary>
    public bool Passed => Checks.All(check => check.Passed);

    /// <summary>Judges guests that streamed.</summary>
    internal static GuestLinuxSummary Judge(int frames, IReadOnlyList<GuestStreamFindings> found, FabricStatus balance, (int Count, TimeSpan Longest) stalls)
    {
        List<Check> checks = [];
        foreach (var stream in found)
        {
            checks.Add(stream.Killed
                ? new($"{stream.Guest}: streamed until it was killed", stream.Frames >= frames / 2 && stream.Frames < frames, $"{stream.Frames} of {frames} frames")
                : new($"{stream.Guest}: v4l2-ctl got all its frames", stream.Code == 0 && stream.Frames == frames, $"{stream.Frames} of {frames}, exit code {stream.Code}"));
            checks.Add(new($"{stream.Guest}: the numbers in the pixels are those of the frames", stream.Wrong.Length == 0 && stream.Verified > 0
                && (stream.Killed || stream.Verified == stream.Frames), stream.Wrong.Length == 0 ? $"{stream.Verified} frames read back" : stream.Wrong));
            // A frame that is lost shows as a gap, which is judged below; a buffer that comes back without a frame must stand for one.
            checks.Add(new($"{stream.Guest}: a buffer without a frame stands for a frame that was lost", stream.Errors <= stream.Skipped, $"{stream.Errors} of {stream.Skipped} lost"));
            var complaints = stream.Complaints.Where(_ => !stream.Killed).ToArray();
            if (complaints.Length > 0) checks.Add(new($"{stream.Guest}: nothing complains", false, string.Join("; ", complaints.Take(5))));
        }

        var undisturbed = found.Where(stream => !stream.Killed).ToArray();
        checks.Add(new(
            NoGap, undisturbed.All(stream => stream.Gaps == stream.GapsWithTheMachine),
            $"longest {undisturbed.Max(stream => stream.LongestGapMilliseconds):F1} ms; {undisturbed.Sum(stream => stream.Gaps)} gaps, {undisturbed.Sum(stream => stream.GapsWithTheMachine)} of them with the machine; "
            + $"the machine itself stood still {stalls.Count} times, {stalls.Longest.TotalMilliseconds:F0} ms at most"));
        return new GuestLinuxSummary(found, balance, [.. checks, .. OfTheFabric(balance)]);
    }

    /// <summary>Judges guests that assert for themselves.</summary>
    internal static GuestLinuxSummary Judge(IEnumerable<LinuxGuest> guests, FabricStatus balance) =>
        new([], balance, [.. guests.SelectMany(guest => guest.Checks), .. OfTheFabric(balance)]);

    private static IEnumerable<Check> OfTheFabric(FabricStatus balance)
    {
        foreach (var guest in balance.Guests)
        {
            yield return new($"{guest.Guest} of {guest.Camera}: sent = delivered + dropped", guest.Balanced && guest.UnderWay == 0,
                $"{guest.Offered} = {guest.Delivered} + {guest.Dropped.Sum(drop => drop.Count)}");
            if (guest.Violations > 0) yield return new($"{guest.Guest} of {guest.Camera}: the driver keeps to the protocol", false, guest.Reason);
        }

        foreach (var camera in balance.Cameras)
        {
            yield return new($"{camera.Id}: captured = fanned out + lost, every lease back", camera.Balanced,
                $"{camera.Captured} = {camera.FannedOut} + {camera.Lost.Sum(lost => lost.Count)}; {camera.LeakedSlots} slots not given back");
        }
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(GuestLinuxSummary))]
internal sealed partial class GuestLinuxJson : JsonSerializerContext;

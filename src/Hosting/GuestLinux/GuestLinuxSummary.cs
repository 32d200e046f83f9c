using System.Text.Json.Serialization;
using CameraFabric.Fabric.Accounting;
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

    // What a machine that is too slow makes a guest lose, and a guest that stops. Whatever else is lost, another guest or the fabric did.
    private static readonly string[] Harmless =
    [
        nameof(FrameDropReason.NoRequest), nameof(FrameDropReason.DeliveryBusy), nameof(FrameDropReason.NoFreeSlot),
        nameof(FrameDropReason.SensorSkipped), nameof(FrameDropReason.Cancelled),
    ];

    /// <summary>Judges guests that streamed.</summary>
    /// <param name="frames">How many frames each was to get.</param>
    /// <param name="buffers">How many buffers each had: as many frames may be delivered that it did not wait for.</param>
    /// <param name="found">What became of each.</param>
    /// <param name="balance">The fabric's.</param>
    /// <param name="stalls">How often the machine stood still, and for how long at most.</param>
    internal static GuestLinuxSummary Judge(
        int frames, int buffers, IReadOnlyList<GuestStreamFindings> found, FabricStatus balance, (int Count, TimeSpan Longest) stalls)
    {
        var undisturbed = found.Where(stream => !stream.Killed).ToArray();
        var (gaps, excused) = (undisturbed.Sum(stream => stream.Gaps), undisturbed.Sum(stream => stream.GapsWithTheMachine));
        Check noGap = new(
            NoGap, undisturbed.All(stream => stream.Gaps == stream.GapsWithTheMachine),
            $"longest {undisturbed.Max(stream => stream.LongestGapMilliseconds):F1} ms; {gaps} gaps, {excused} of them with the machine; "
            + $"the machine itself stood still {stalls.Count} times, {stalls.Longest.TotalMilliseconds:F0} ms at most");
        return new GuestLinuxSummary(
            found, balance,
            [
                .. found.SelectMany(stream => OfAStream(stream, frames)),
                .. undisturbed.SelectMany(stream => OfASurvivor(stream, buffers, balance)), noGap, .. OfTheFabric(balance),
            ]);
    }

    /// <summary>Judges guests that assert for themselves.</summary>
    internal static GuestLinuxSummary Judge(IEnumerable<LinuxGuest> guests, FabricStatus balance) =>
        new([], balance, [.. guests.SelectMany(guest => guest.Checks), .. OfTheFabric(balance)]);

    private static IEnumerable<Check> OfAStream(GuestStreamFindings stream, int frames)
    {
        var (guest, got) = (stream.Guest, $"{stream.Frames} of {frames}");
        yield return stream.Killed
            ? new($"{guest}: streamed until it was killed", stream.Frames >= frames / 2 && stream.Frames < frames, $"{got} frames")
            : new($"{guest}: v4l2-ctl got all its frames", stream.Code == 0 && stream.Frames == frames, $"{got}, exit code {stream.Code}");
        yield return new(
            $"{guest}: the numbers in the pixels are those of the frames",
            stream.Wrong.Length == 0 && stream.Verified > 0 && (stream.Killed || stream.Verified == stream.Frames),
            stream.Wrong.Length == 0 ? $"{stream.Verified} frames read back" : stream.Wrong);
        // A buffer that comes back without a frame must stand for one that was lost.
        yield return new(
            $"{guest}: a buffer without a frame stands for a frame that was lost", stream.Errors <= stream.Skipped,
            $"{stream.Errors} of {stream.Skipped} lost");
        if (!stream.Killed && stream.Complaints.Count > 0)
            yield return new($"{guest}: nothing complains", false, string.Join("; ", stream.Complaints.Take(5)));
    }

    // Frames may be dropped before the first that it got and behind the last; in between every missing number is one that was counted.
    private static IEnumerable<Check> OfASurvivor(GuestStreamFindings stream, int buffers, FabricStatus balance)
    {
        var report = balance.Guests.Single(guest => guest.Guest == stream.Guest && guest.Camera == stream.Camera);
        var drops = string.Join(", ", report.Dropped.Where(drop => drop.Count > 0).Select(drop => $"{drop.Reason} {drop.Count}"));
        yield return new(
            $"{stream.Guest}: every frame that it did not get was counted as dropped",
            stream.Skipped <= report.Dropped.Sum(drop => drop.Count),
            $"{stream.Skipped} numbers missing; dropped: {(drops.Length > 0 ? drops : "none")}");
        yield return new(
            $"{stream.Guest}: every frame that was delivered came out, but for those in its buffers at the end",
            stream.Frames <= report.Delivered && report.Delivered <= stream.Frames + buffers,
            $"{stream.Frames} frames of {report.Delivered} delivered, {buffers} buffers");
        yield return new(
            $"{stream.Guest}: no frame was dropped for a reason that is another guest's or the fabric's own",
            report.Dropped.All(drop => drop.Count == 0 || Harmless.Contains(drop.Reason)), drops);
    }

    private static IEnumerable<Check> OfTheFabric(FabricStatus balance)
    {
        foreach (var guest in balance.Guests)
        {
            yield return new($"{guest.Guest} of {guest.Camera}: sent = delivered + dropped", guest.Balanced && guest.UnderWay == 0,
                $"{guest.Offered} = {guest.Delivered} + {guest.Dropped.Sum(drop => drop.Count)}");
            if (guest.Violations > 0)
                yield return new($"{guest.Guest} of {guest.Camera}: the driver keeps to the protocol", false, guest.Reason);
        }

        foreach (var camera in balance.Cameras)
        {
            yield return new($"{camera.Id}: captured = fanned out + lost, every lease back", camera.Balanced,
                $"{camera.Captured} = {camera.FannedOut} + {camera.Lost.Sum(lost => lost.Count)}; "
                + $"{camera.LeakedSlots} slots not given back");
        }
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(GuestLinuxSummary))]
internal sealed partial class GuestLinuxJson : JsonSerializerContext;

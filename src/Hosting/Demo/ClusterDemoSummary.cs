using System.Text.Json.Serialization;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Trials;

namespace CameraFabric.Hosting.Demo;

/// <summary>How the demo of two nodes ended; what <c>demo --nodes 2 --json</c> prints.</summary>
/// <param name="Seconds">How long it ran.</param>
/// <param name="Balance">What every node said at its end, and which said nothing.</param>
/// <param name="Guests">What each guest said of each of its cameras at its end.</param>
/// <param name="Gaps">How long guests were without frames.</param>
/// <param name="Checks">What must hold.</param>
/// <param name="Remarks">What was done and seen besides.</param>
public sealed record ClusterDemoSummary(
    double Seconds, RigStatus Balance, IReadOnlyList<GuestReport> Guests, IReadOnlyList<DemoGap> Gaps, IReadOnlyList<Check> Checks, IReadOnlyList<string> Remarks)
{
    // What the home has written and the reader has not read when a connection breaks: the window, and the one that is being written.
    private const int OnTheWayAtABreak = 5;

    /// <summary>Whether everything that must hold does.</summary>
    public bool Passed => Checks.All(static check => check.Passed);

    /// <summary>Judges a run.</summary>
    /// <param name="rig">The rig.</param>
    /// <param name="course">What was done.</param>
    /// <param name="balance">What every node said at its end.</param>
    /// <param name="reports">What the guests said at their end.</param>
    /// <param name="complaints">Whatever guests wrote on their error streams.</param>
    internal static ClusterDemoSummary Judge(
        Rig rig, ClusterDemoCourse course, RigStatus balance, IReadOnlyList<GuestReport> reports, IReadOnlyList<string> complaints)
    {
        var guests = balance.Nodes.SelectMany(static node => node.Guests).ToArray();
        List<Check> checks = [.. Books(balance), .. guests.Select(DemoChecks.OfGuest), .. reports.Select(DemoChecks.OfReport)];
        checks.AddRange(reports.Select(report => DemoChecks.OfBothSides(report, guests)));
        checks.AddRange(Events(rig, course, balance, reports));
        if (complaints.Count > 0) checks.Add(new("no guest complains", false, string.Join("; ", complaints.Take(5))));
        DemoGap[] gaps =
        [
            .. from guest in rig.Guests
               from seen in guest.Cameras
               let report = reports.FirstOrDefault(report => report.Socket == RigValidator.SocketPath(rig, guest, seen))
               where report is not null
               select DemoGap.Of(rig, guest, rig.Cameras.Single(camera => camera.Id == seen.Camera), report, course.Killed, course.Cut),
        ];
        return new ClusterDemoSummary(course.Seconds, balance, reports, gaps, checks, [.. Remarked(course, gaps)]);
    }

    /// <summary>Cameras at home and as they are read, the links between, and all of it together.</summary>
    private static IEnumerable<Check> Books(RigStatus balance)
    {
        foreach (var node in balance.Nodes)
        {
            foreach (var camera in node.Cameras)
            {
                var life = camera.Id == ClusterDemoRig.KilledCamera ? ", second process" : "";
                yield return DemoChecks.OfCamera(camera, $"camera {camera.Id} at home on {node.Node}{life}");
            }

            foreach (var camera in node.Readers) yield return DemoChecks.OfCamera(camera, $"camera {camera.Id} read by {node.Node}");
        }

        foreach (var check in Links(balance)) yield return check;
        CameraStatusReport[] cameras = [.. balance.Nodes.SelectMany(static node => node.Cameras)];
        yield return Sum(
            "captured = fanned out + lost", cameras.Sum(static camera => camera.Captured), cameras.Sum(static camera => camera.FannedOut),
            cameras.Sum(static camera => StatusTables.Total(camera.Lost)));
        GuestStatusReport[] guests = [.. balance.Nodes.SelectMany(static node => node.Guests)];
        yield return Sum(
            "sent = delivered + dropped", guests.Sum(static guest => guest.Offered), guests.Sum(static guest => guest.Delivered),
            guests.Sum(static guest => StatusTables.Total(guest.Dropped)));
        yield return new("every node has told its balance", balance.Silent.IsEmpty,
            balance.Silent.IsEmpty ? $"{balance.Nodes.Length} nodes" : $"silent: {string.Join(", ", balance.Silent)}");

        static Check Sum(string what, long all, long good, long bad) =>
            new($"the whole cluster: {what}", all == good + bad && all > 0, $"{all} = {good} + {bad}");
    }

    /// <summary>Each link at its home's end, and against its reader's.</summary>
    private static IEnumerable<Check> Links(RigStatus balance) =>
        from home in balance.Nodes
        from camera in home.Cameras
        from link in camera.Links
        from check in OfLink(balance, home.Node, camera.Id, link)
        select check;

    private static IEnumerable<Check> OfLink(RigStatus balance, string home, string camera, LinkStatusReport link)
    {
        var name = $"link of {camera} from {home} to {link.Node}";
        yield return new($"{name}: offered = sent + dropped", link.Balanced, $"{link.Offered} = {link.Sent} + {StatusTables.Total(link.Dropped)}");

        // The reader's end has counted both lives of the process that was killed.
        if (camera == ClusterDemoRig.KilledCamera) yield break;
        var end = balance.Nodes.Where(node => node.Node == link.Node).SelectMany(static node => node.Readers)
            .Where(reader => reader.Id == camera).SelectMany(static reader => reader.Links).FirstOrDefault(end => end.Node == home);
        var lost = link.Sent - (end?.Received ?? 0);
        yield return new($"{name}: sent = received + lost in a break, or without a place",
            end is not null && lost >= 0 && lost <= end.Missed + (OnTheWayAtABreak * link.Breaks), $"{link.Sent} = {end?.Received} + {lost}");
    }

    /// <summary>What must have become of the kill and the cut.</summary>
    private static IEnumerable<Check> Events(Rig rig, ClusterDemoCourse course, RigStatus balance, IReadOnlyList<GuestReport> reports)
    {
        GuestControlReport[] controls = [.. reports.Select(static report => report.Controls).Where(static controls => controls.Applied + controls.Late > 0)];
        yield return new("per-frame exposure from another node: every request was applied to its frame, or told otherwise",
            controls.Length == rig.Guests.Length && controls.All(static controls => controls is { Ignored: 0, Clamped: 0 }),
            $"applied {controls.Sum(static one => one.Applied)}, late {controls.Sum(static one => one.Late)}, ended without a frame {controls.Sum(static one => one.Lost)}");
        var (before, after) = (course.Before, course.After);
        yield return new($"camera {ClusterDemoRig.KilledCamera} has another process and a newer epoch", after.Process != before.Process && after.Epoch > before.Epoch,
            $"process {before.Process} to {after.Process}, epoch {before.Epoch} to {after.Epoch}");
        yield return new("every guest got frames of every camera again after the kill", course.WithoutAfterKill.Count == 0, Told(course.WithoutAfterKill));
        yield return new("the link was broken", course.Broken > 0, $"{course.Broken} connection broken, {course.Refused} refused before it was healed");
        yield return new("every guest got frames of every camera again after the cut", course.WithoutAfterCut.Count == 0, Told(course.WithoutAfterCut));

        // Whatever an old home sends has numbers below those of the new one: a guest that was given it would have found that.
        var refused = balance.Nodes.SelectMany(static node => node.Readers).SelectMany(static reader => reader.Lost)
            .Where(static lost => lost.Reason == nameof(FrameLoss.OldEpoch)).Sum(static lost => lost.Count);
        string[] backwards = [.. reports.Where(static report => report.Verification.First.Any(IsBackwards)).Select(static report => report.Socket)];
        yield return new("no guest got a frame of an old epoch", backwards.Length == 0,
            backwards.Length == 0 ? $"frame numbers only went up; readers refused {refused} such frames" : $"frame numbers went down: {string.Join(", ", backwards)}");
        string[] again = [.. reports.Where(report => course.Connections.GetValueOrDefault(report.Socket) != report.Connections || report.Interruptions.Count > 0)
            .Select(static report => report.Socket)];
        yield return new("no guest was disconnected", again.Length == 0, again.Length == 0 ? $"{reports.Count} devices" : string.Join(", ", again));
        yield return new("both nodes ended in order", course.Exits.All(static exit => exit.Code == 0),
            string.Join(", ", course.Exits.Select(static exit => $"{exit.Node} with {exit.Code}")));

        static bool IsBackwards(string failure) => failure.Contains("numbers must go up", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Remarked(ClusterDemoCourse course, IReadOnlyList<DemoGap> gaps)
    {
        yield return $"what process {course.Before.Process} had captured before it was killed is in no balance of a camera: its readers have counted what came of it";
        yield return Unhurt("kill", [.. gaps.Where(static gap => !gap.HitByKill)], static gap => gap.Kill);
        yield return Unhurt("cut", [.. gaps.Where(static gap => !gap.HitByCut)], static gap => gap.Cut);
    }

    /// <summary>A remark and no check: a busy machine makes gaps as well, and the time before shows how long ones.</summary>
    private static string Unhurt(string what, IReadOnlyList<DemoGap> gaps, Func<DemoGap, LongestGap> of)
    {
        LongestGap[] longer = [.. gaps.Select(of).Where(static gap => !gap.None)];
        if (longer.Length == 0) return $"whom the {what} did not concern ({gaps.Count} of {gaps.Count}) had no gap of more than 1.5 periods";
        var before = gaps.Select(static gap => gap.Before).MaxBy(static gap => gap.Milliseconds);
        return $"whom the {what} did not concern: {longer.Length} of {gaps.Count} had a gap of more than 1.5 periods all the same, the longest "
            + $"{longer.MaxBy(static gap => gap.Milliseconds)} (before anything was done: {before})";
    }

    private static string Told(IReadOnlyList<string> without) => without.Count == 0 ? "all of them" : $"not {string.Join(", ", without)}";
}

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ClusterDemoSummary))]
internal sealed partial class ClusterDemoJson : JsonSerializerContext;

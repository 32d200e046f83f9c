using System.Text.Json.Serialization;
using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Trials;

namespace CameraFabric.Hosting.Soak;

/// <summary>What a soak found, before it is judged.</summary>
internal sealed record SoakFindings(
    TimeSpan Elapsed,
    SoakPlan Plan,
    ProcessFootprint Before,
    ProcessFootprint After,
    FabricStatus Running,
    FabricStatus Balance,
    IReadOnlyList<GuestReport> Undisturbed,
    IReadOnlyList<GuestReport> Witness,
    IReadOnlyList<IReadOnlyList<GuestReport>> Killed,
    IReadOnlyList<GuestReport> Victim,
    IReadOnlyDictionary<SoakFault, FaultTally> Tally,
    Missed Missed,
    Missed MissedWithTheMachine,
    (int Count, TimeSpan Longest) Stalls,
    bool AllEndedInTime,
    IReadOnlyList<string> Complaints);

/// <summary>A kind of fault, how often it was injected, and how long a hostile guest was listened to at most.</summary>
/// <param name="Fault">What was done.</param>
/// <param name="Count">How often.</param>
/// <param name="LongestMilliseconds">From the wrong to the end of the connection.</param>
public sealed record InjectedFault(string Fault, int Count, double LongestMilliseconds);

/// <summary>How a soak ended; what <c>soak --json</c> prints.</summary>
/// <param name="Seconds">How long it ran.</param>
/// <param name="Injected">What was done to guests.</param>
/// <param name="SensorFaults">What the failing sensor did.</param>
/// <param name="LongestGapMilliseconds">The longest time between two frames of an undisturbed guest.</param>
/// <param name="Before">What the fabric held before the first fault.</param>
/// <param name="After">What it held after the last.</param>
/// <param name="Fabric">The fabric's own balance.</param>
/// <param name="Guests">What guests that were not killed said at their end.</param>
/// <param name="Checks">What must hold.</param>
public sealed record SoakSummary(
    double Seconds,
    IReadOnlyList<InjectedFault> Injected,
    IReadOnlyList<string> SensorFaults,
    double LongestGapMilliseconds,
    ProcessFootprint Before,
    ProcessFootprint After,
    FabricStatus Fabric,
    IReadOnlyList<GuestReport> Guests,
    IReadOnlyList<Check> Checks)
{
    // Anonymous memory breathes: the runtime compiles hot code anew, the heap fills until the next collection. What leaks goes on growing.
    private const double BreathMegabytes = 48;

    // The frame clock keeps as many eventfds as threads ever waited at once; a sensor that hangs makes it one more.
    private const int ClocksDescriptors = 3;

    /// <summary>The name of the check for gaps: with the one for drops and those for times the only ones that a slow machine can fail.</summary>
    internal const string NoGap = "no undisturbed guest had a gap over 1.5 periods";

    /// <summary>The name of the check for drops.</summary>
    internal const string NoDrop = "no undisturbed guest lost a frame";

    /// <summary>Whether everything that must hold does.</summary>
    public bool Passed => Checks.All(check => check.Passed);

    /// <summary>Judges a soak.</summary>
    internal static SoakSummary Judge(SoakFindings found)
    {
        List<Check> checks = [];
        foreach (var camera in found.Balance.Cameras)
        {
            checks.Add(new($"camera {camera.Id}: captured = fanned out + lost, every lease back", camera.Balanced,
                $"{camera.Captured} = {camera.FannedOut} + {camera.Lost.Sum(lost => lost.Count)}; {camera.LeakedSlots} slots not given back"));
        }

        foreach (var guest in found.Balance.Guests)
        {
            checks.Add(new($"{guest.Guest} of {guest.Camera}: sent = delivered + dropped", guest.Balanced && guest.UnderWay == 0,
                $"{guest.Offered} = {guest.Delivered} + {guest.Dropped.Sum(drop => drop.Count)}; {guest.Connections} connections"));
        }

        foreach (var report in found.Undisturbed.Concat(found.Witness))
        {
            checks.Add(new($"{report.Name} of {report.Camera}: ended well, every frame accounted for and verified", report.Good,
                report.Good ? $"{report.Frames.Delivered} frames, {report.Frames.DropsTold} told as dropped" : $"{report.End} {string.Join("; ", report.Verification.First)}"));
        }

        var (missed, excused) = (found.Missed, found.MissedWithTheMachine);
        var machine = $"the machine itself stood still {found.Stalls.Count} times, {found.Stalls.Longest.TotalMilliseconds:F0} ms at most";
        var gap = found.Undisturbed.Select(report => report.Pace.MaximumGap / 1000).DefaultIfEmpty().Max();
        checks.Add(new(NoGap, missed.Gaps == excused.Gaps, $"longest {gap:F1} ms; {missed.Gaps} gaps, {excused.Gaps} of them with the machine; {machine}"));
        checks.Add(new(NoDrop, missed.Drops == excused.Drops, $"{missed.Drops} dropped, {excused.Drops} of them with the machine; {machine}"));
        checks.Add(new("no undisturbed guest had to connect again", found.Undisturbed.All(report => report.Connections == 1), $"{found.Undisturbed.Sum(report => report.Connections)} connections for {found.Undisturbed.Count} devices"));
        checks.Add(new("the killed guest streamed in each of its lives", found.Killed.All(Streamed) && Streamed(found.Victim), $"{found.Killed.Count} kills"));
        foreach (var (fault, tally) in found.Tally.Where(tally => tally.Value.Longest > TimeSpan.Zero))
            checks.Add(new($"{fault}: the connection ended within a second", tally.Longest < TimeSpan.FromSeconds(1), $"{tally.Count} times, {tally.Longest.TotalMilliseconds:F0} ms at most"));
        var shaky = found.Balance.Cameras.Single(camera => camera.Id == "shaky");
        checks.Add(new("the failing sensor streams again", found.Running.Cameras.Single(camera => camera.Id == "shaky").State == CameraState.Streaming,
            $"{found.Plan.SensorFaults.Count} faults, {shaky.Restarts} restarts"));
        checks.Add(new("what was wrong with its frames was noticed", !found.Plan.SensorFaults.Any(SoakRig.ShowsInFrames) || shaky.Faults.Sum(fault => fault.Count) > 0,
            string.Join(", ", shaky.Faults.Where(fault => fault.Count > 0).Select(fault => $"{fault.Reason} {fault.Count}"))));
        checks.Add(new("no descriptor leaked", found.After.Descriptors <= found.Before.Descriptors + ClocksDescriptors, $"{found.Before.Descriptors} before, {found.After.Descriptors} after"));
        checks.Add(new("no mapping leaked", found.After.Mappings <= found.Before.Mappings, $"{found.Before.Mappings} before, {found.After.Mappings} after"));
        checks.Add(new("memory did not grow", found.After.AnonymousMegabytes <= found.Before.AnonymousMegabytes + BreathMegabytes,
            $"own {found.Before.AnonymousMegabytes:F0} MiB before, {found.After.AnonymousMegabytes:F0} after; shared {found.Before.SharedMegabytes:F0} and {found.After.SharedMegabytes:F0}"));
        if (!found.AllEndedInTime) checks.Add(new("every guest ended in time", false, "one had to be killed"));
        if (found.Complaints.Count > 0) checks.Add(new("no undisturbed guest complains", false, string.Join("; ", found.Complaints.Take(5))));
        return new SoakSummary(
            found.Elapsed.TotalSeconds,
            [.. found.Tally.Select(tally => new InjectedFault($"{tally.Key}", tally.Value.Count, tally.Value.Longest.TotalMilliseconds))],
            found.Plan.SensorFaults, gap, found.Before, found.After, found.Balance, [.. found.Undisturbed, .. found.Witness, .. found.Victim], checks);
    }

    private static bool Streamed(IReadOnlyList<GuestReport> reports) => reports.Count > 0 && reports.All(report => report.Frames.Delivered > 0);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SoakSummary))]
internal sealed partial class SoakJson : JsonSerializerContext;

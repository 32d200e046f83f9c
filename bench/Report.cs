using CameraFabric.Bench.Cluster;
using CameraFabric.Bench.Copy;
using CameraFabric.Bench.Latency;
using CameraFabric.Bench.Links;
using CameraFabric.Bench.Steady;

namespace CameraFabric.Bench;

/// <summary>All that was measured; what <c>--json</c> prints.</summary>
internal sealed record Report(Machine Machine)
{
    public List<CopyRow> Copy { get; } = [];

    public List<GuestMemoryRow> Memory { get; } = [];

    public List<LatencyRow> Latency { get; } = [];

    public List<ZeroCopyRow> ZeroCopy { get; } = [];

    public List<LinkRow> Links { get; } = [];

    public List<HopRow> SharedLinks { get; } = [];

    public List<AllocationRow> Allocation { get; } = [];

    public List<RestartRow> Restart { get; } = [];

    public List<ManyRow> Many { get; } = [];

    public List<FleetRow> Fleet { get; } = [];

    public List<FleetClusterRow> FleetCluster { get; } = [];

    public List<ControlRow> Controls { get; } = [];

    public List<DeathRow> Deaths { get; } = [];
}

/// <summary>Rows as text, for people.</summary>
internal static class Lines
{
    public static string CopyHead { get; } = $"""

        copy: delivered GB/s to guests with buffers of their own; medians of {CopyBench.Rounds} turns (least-most)
        {"frame",-15}{"guests",7}  {"memcpy for each",-21}{"fabric's delivery",-21}{"ratio",-18}{"µs of a processor a frame",-18}
        """;

    public static string MemoryHead { get; } = """

        memory: one thread writing frames into memory that a front-end could shrink, GB/s, the ways in turns
        """;

    public static string LatencyHead { get; } = """

        latency: µs from complete in the slot to seen by the guest's thread, 1080p NV12 at 30/s, all cameras at the same moments;
        medians of windows (least-most), the floor's and the fabric's in turns; the floor is threads, eventfds and the copy, nothing else
        """;

    public static string ZeroCopyHead { get; } = """

        zero copy: 1080p NV12, one camera; frames a second of each guest at a pace of 2000/s, and µs of a processor a delivery at 30/s;
        medians of windows (least-most) in turns: a bare copy (the floor), the fabric's copies, frames read in place
        """;

    public static string LinksHead { get; } = $"""

        links: both ends in this process; frames a second as fast as they are taken, µs from complete to received at 200/s;
        medians of {LinksBench.Rounds} turns (least-most); the floors: a plain blocking socket, and the hop to an actor of this process
        """;

    public static string AllocationHead { get; } = """

        allocation: bytes on the managed heap for each delivered frame, of the whole process, its guests and timers included
        """;

    public static string Of(CopyRow row) => string.Concat(
        $"{row.Frame,-15}{row.Guests,7}  {row.MemcpyGigabytes.ToText("F1"),-21}{row.FabricGigabytes.ToText("F1"),-21}",
        $"{row.Ratio.ToText("F2"),-18}{row.ProcessorMicroseconds.ToText("F0"),-18}");

    public static string Of(GuestMemoryRow row) => string.Concat(
        $"{row.Frame,-15}stores {row.PlainGigabytes:F1}, under the guard {row.GuardedGigabytes:F1}, pwrite {row.CallGigabytes:F1}; ",
        $"one fault, until zeros are there: {row.RecoveryMicroseconds:F0} µs");

    public static string Of(LatencyRow row) => string.Join('\n',
    [
        string.Concat($"{row.Cameras} camera(s) x {row.Guests} guest(s), checksum {(row.Checksum ? "on" : "off")}; ",
            $"the floor copies a frame in {row.CopyMicroseconds:F0} µs"),
        $"  {"",-8}{"p50",-22}{"p99",-26}{"max",8}{"frames",8}{"stutters",10}{"lost",6}  µs of a processor a delivery",
        $"  {"floor",-8}{Of(row.Floor)}",
        $"  {"fabric",-8}{Of(row.Fabric)}",
        $"  {"ratio",-8}{row.P50Ratio.ToText("F2"),-22}{row.P99Ratio.ToText("F2"),-26}",
        "  the way, p50/p99 after complete: " + string.Join(", ", row.Stages.Select(static stage =>
            $"{stage.Stage} {stage.P50:F0}/{stage.P99:F0}")),
    ]);

    public static string Of(ZeroCopyRow row) => string.Join('\n',
    [
        $"{row.Guests} guest(s)  {"floor",-24}{"copies",-24}{"in place",-24}",
        $"  frames/s  {Of(row.FramesPerSecond)}",
        $"  µs        {Of(row.ProcessorMicroseconds)}",
    ]);

    private static string Of(ZeroCopySides sides) =>
        $"{sides.Floor.ToText("F0"),-24}{sides.Copies.ToText("F0"),-24}{sides.InPlace.ToText("F0"),-24}";

    public static string Of(LinkRow row) => string.Concat(
        $"{row.Frame,-15} over TCP        plain socket {row.PlainPerSecond.ToText("F0"),-18} link {row.LinkPerSecond.ToText("F0"),-18} frames/s, ",
        $"{row.LinkPerSecond.Median * row.Bytes / 1e9:F2} GB/s, ratio {row.Ratio.ToText("F2")}");

    public static string Of(HopRow row) => string.Join('\n',
    [
        $"{row.Frame,-15} in shared memory {"frames/s",-26}{"p50, µs",-22}p99, µs",
        $"  {"hop to an actor",-31}{Of(row.Hop)}",
        $"  {"link",-31}{Of(row.Link)}",
    ]);

    private static string Of(HopSide side) => $"{side.PerSecond.ToText("F0"),-26}{side.P50.ToText("F0"),-22}{side.P99.ToText("F0")}";

    public static string Of(AllocationRow row) => string.Concat(
        $"{row.Role,-9}{row.Guests} guest(s): {row.BytesPerFrame:F2} bytes a frame over {row.Frames} frames; ",
        $"collections {string.Join('/', row.Collections)}");

    public static string Of(RestartRow row) => string.Concat(
        $"\nrestart: from a sensor's exception {row.Exposed.ToText("F2")} ms until the new sensor exposes, ",
        $"{row.Seen.ToText("F1")} ms until the guest has a frame; {row.Failures} failures, the period is {row.PeriodMilliseconds:F1} ms");

    public static string Of(ManyRow row) => string.Concat(
        $"\nmany: {row.Cameras} cameras x {row.Guests} guests, {row.Cameras * row.Guests} sockets: started in {row.StartSeconds:F2} s; ",
        $"idle: {row.IdleKibPerCamera:F0} KiB a camera, {row.IdleThreads} threads, {row.IdleProcessors:F2} processors\n",
        $"      streaming 64x32 at 1/s, guests in this process: {row.StreamingProcessors:F2} processors, ",
        $"{row.Frames} frames, {row.Lost} lost");

    public static string Of(FleetRow row) => string.Concat(
        $"\nfleet: {row.Cameras} cameras, {row.Readers} of them with a reader: ready in {row.StartSeconds:F2} s; idle: {row.ManagedKilobytes:F1} kB managed, ",
        $"{row.ResidentKilobytes:F1} kB resident a camera ({row.StartedKilobytes:F1} before a collection), {row.IdleThreads} threads, {row.IdleProcessors:F2} processors\n",
        $"       {row.Readers} streaming at 1/s, guests in this process: {row.StreamingKilobytes:F0} kB each, {row.StreamingThreads} threads more, ",
        $"{row.StreamingProcessors:F2} processors, {row.Frames} frames, {row.Lost} lost; stopped in {row.StopSeconds:F2} s");

    private static string Of(LatencySummary side) => string.Concat(
        $"{side.P50.ToText("F0"),-22}{side.P99.ToText("F0"),-26}{side.Max,8:F0}{side.Frames,8}",
        $"{side.Stutters,10}{side.Lost,6}  {side.ProcessorPerFrame:F0}");
}

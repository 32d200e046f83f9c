using System.Text.Json;
using CameraFabric.Bench;
using CameraFabric.Bench.Cluster;
using CameraFabric.Bench.Copy;
using CameraFabric.Bench.Latency;
using CameraFabric.Bench.Links;
using CameraFabric.Bench.Steady;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

// What the fabric costs, each figure beside what this machine could do at best in the same run.
if (BenchOptions.TryRead(args, out var complaint) is not { } options)
{
    if (complaint != "") Console.Error.WriteLine(complaint);
    Console.Error.WriteLine(BenchOptions.Usage);
    return complaint == "" ? 0 : 2;
}

var report = new Report(Machine.Look());
Say($"./fabric bench {string.Join(' ', args)}\n{report.Machine}");

// First, because the others leave memory behind that would be counted as less.
if (options.Wants("many")) Add(report.Many, ManyBench.Measure(cameras: 50, guests: 8, options.Time(4)), Lines.Of);
if (options.Wants("fleet")) Add(report.Fleet, FleetBench.Measure(vehicles: 1000, readVehicles: 25, options.Time(8)), Lines.Of);
if (options.Wants("fleet-cluster")) Add(report.FleetCluster, FleetClusterBench.Measure(vehicles: 1000), ClusterLines.Of);
if (options.Wants("copy"))
{
    Say(Lines.CopyHead);
    foreach (var (name, width, height) in ((string, int, int)[])[("1920x1080 NV12", 1920, 1080), ("3840x2160 NV12", 3840, 2160)])
    {
        var stream = new StreamConfiguration(PixelFormats.Nv12.FourCC, width, height, new FrameInterval(1, 30));
        foreach (var guests in (int[])[1, 2, 4, 8]) Add(report.Copy, CopyBench.Measure(name, stream, guests, options.Time(2.5)), Lines.Of);
    }
}

if (options.Wants("memory"))
{
    Say(Lines.MemoryHead);
    foreach (var (name, bytes) in ((string, int)[])[("1920x1080 NV12", 1920 * 1080 * 3 / 2), ("640x480 NV12", 640 * 480 * 3 / 2)])
        Add(report.Memory, GuestMemoryWrites.Measure(name, bytes, options.Time(3)), Lines.Of);
}

if (options.Wants("latency"))
{
    Say(Lines.LatencyHead);
    LatencyBench.WarmUp();
    foreach (var (cameras, guests, checksum) in ((int, int, bool)[])[(1, 1, false), (1, 4, false), (4, 4, false), (4, 4, true)])
        Add(report.Latency, LatencyBench.Measure(cameras, guests, checksum, options.Time(16)), Lines.Of);
}

if (options.Wants("zero-copy"))
{
    Say(Lines.ZeroCopyHead);
    foreach (var guests in (int[])[1, 4, 8]) Add(report.ZeroCopy, ZeroCopyBench.Measure(guests, options.Time(16)), Lines.Of);
}

if (options.Wants("links"))
{
    Say(Lines.LinksHead);
    foreach (var (name, width, height) in ((string, int, int)[])[("1920x1080 NV12", 1920, 1080), ("3840x2160 NV12", 3840, 2160)])
    {
        var stream = new StreamConfiguration(PixelFormats.Nv12.FourCC, width, height, new FrameInterval(1, 30));
        Add(report.Links, LinksBench.MeasureTcp(name, stream, options.Time(5)), Lines.Of);
        Add(report.SharedLinks, LinksBench.MeasureShared(name, stream, options.Time(5)), Lines.Of);
    }
}

if (options.Wants("cluster"))
{
    Say(ClusterLines.ControlHead);
    foreach (var row in ControlBench.Measure()) Add(report.Controls, row, ClusterLines.Of);
    Add(report.Deaths, DeathBench.Measure(deaths: 5), ClusterLines.Of);
}

if (options.Wants("allocation"))
{
    Say(Lines.AllocationHead);
    foreach (var (role, guests) in ((SessionRole, int)[])[(SessionRole.Observer, 1), (SessionRole.Observer, 4), (SessionRole.Owner, 1)])
        Add(report.Allocation, AllocationBench.Measure(role, guests, options.Time(5)), Lines.Of);
}

if (options.Wants("restart")) Add(report.Restart, RestartBench.Measure(failures: 10), Lines.Of);
if (options.Json)
{
    var style = new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
    Console.WriteLine(JsonSerializer.Serialize(report, style));
}

return 0;

void Say(string text)
{
    if (!options.Json) Console.WriteLine(text);
}

void Add<T>(List<T> rows, T row, Func<T, string> text)
{
    rows.Add(row);
    Say(text(row));
}

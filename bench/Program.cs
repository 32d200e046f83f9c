using CameraFabric.Bench.Latency;

var only = args.Length > 0 ? args[0] : "";
foreach (var (cameras, guests, checksum) in ((int, int, bool)[])[(1, 1, false), (1, 4, false), (4, 4, false), (4, 4, true)])
{
    if (only != "" && only != $"{cameras}x{guests}") continue;
    var row = LatencyBench.Measure(cameras, guests, checksum, 3, TimeSpan.FromSeconds(2));
    Console.WriteLine($"{row.Cameras}x{row.Guests} crc {row.Checksum} copy {row.CopyMicroseconds:F0} ratio p50 {row.P50Ratio.ToText("F2")} p99 {row.P99Ratio.ToText("F2")}");
    foreach (var s in (LatencySummary[])[row.Floor, row.Fabric])
        Console.WriteLine($"   p50 {s.P50.ToText("F0")} p99 {s.P99.ToText("F0")} max {s.Max:F0} frames {s.Frames} stutters {s.Stutters} lost {s.Lost} cpu {s.ProcessorPerFrame:F0}");
    foreach (var s in row.Stages) Console.WriteLine($"      {s.Stage,-15} p50 {s.P50,6:F0} p99 {s.P99,6:F0}");
}

using System.Text.Json;
using CameraFabric.Bench;

// How fast frames reach guests that own their buffers. Latency, stutter and allocation join it with the fault work.
var seconds = 1.5;
var json = false;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--json": json = true; break;
        case "--seconds" when i + 1 < args.Length && double.TryParse(args[i + 1], System.Globalization.CultureInfo.InvariantCulture, out seconds): i++; break;
        default:
            Console.Error.WriteLine("usage: ./fabric bench [--json] [--seconds S]   S: measuring time of each row, default 1.5");
            return args[i] is "--help" or "-h" ? 0 : 2;
    }
}

(string Name, int Bytes)[] frames = [("1920x1080 NV12", 1920 * 1080 * 3 / 2), ("3840x2160 NV12", 3840 * 2160 * 3 / 2)];
var rows = new List<CopyRow>();
if (!json) Console.WriteLine($"{"frame",-16} {"guests",6} {"memcpy GB/s",12} {"fabric GB/s",12} {"ratio",6} {"µs a frame",11}   (delivered bytes; one thread; medians of turns)");
foreach (var (name, bytes) in frames)
{
    foreach (var guests in (int[])[1, 2, 4, 8])
    {
        var row = FanOutCopy.Measure(name, bytes, guests, TimeSpan.FromSeconds(seconds));
        rows.Add(row);
        if (!json) Console.WriteLine($"{row.Frame,-16} {row.Guests,6} {row.FloorGigabytes,12:F2} {row.FabricGigabytes,12:F2} {row.Ratio,6:F2} {row.FabricMicrosecondsPerFrame,11:F0}");
    }
}

if (json) Console.WriteLine(JsonSerializer.Serialize(rows, new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase }));
return 0;

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CameraFabric.Guest.Program;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary>Prints a guest's reports: a line a report as JSON, or text for people. Reports come from several threads.</summary>
internal sealed class GuestOutput(bool json)
{
    private readonly Lock _gate = new();

    public void Interim(GuestReport report) => Print(report);

    public void Final(GuestReport report)
    {
        Print(report);
        if (json) return;
        lock (_gate)
        {
            if (report.Stream.Length > 0) WriteTable(report);
            foreach (var failure in report.Verification.First) Console.Out.WriteLine($"  {failure}");
            if (!report.Frames.Balanced) Console.Out.WriteLine($"NOT BALANCED: {report.Frames.Span} frames passed, {report.Frames.Delivered} came, {report.Frames.DropsTold} were told as dropped");
            if (Faults(report.Frames) is { Length: > 0 } faults) Console.Out.WriteLine($"faults of the source: {faults}");
            foreach (var item in report.Verification.Unchecked) Console.Out.WriteLine($"not checked: {item}");
            Console.Out.WriteLine($"{report.Name}: {report.End}");
        }
    }

    /// <summary>What became of the controls, in words, or a dash.</summary>
    public static string Controls(GuestControlReport controls)
    {
        (string What, long Count)[] counts =
            [("applied", controls.Applied), ("late", controls.Late), ("clamped", controls.Clamped), ("ignored", controls.Ignored), ("without a frame", controls.Lost)];
        var told = string.Join(", ", counts.Where(count => count.Count > 0).Select(count => $"{count.What} {count.Count}"));
        return told.Length > 0 ? told : "-";
    }

    /// <summary>What interruptions cost, in words; null if there was none.</summary>
    public static string? Interruptions(GuestInterruptionReport told, long discontinuities) => told.Count == 0 ? null
        : string.Create(CultureInfo.InvariantCulture,
            $"interruptions: {told.Count}, longest gap {told.LongestGap / 1000:F1} ms from frame to frame, {told.Cancelled} requests cancelled by them; discontinuities: {discontinuities}");

    /// <summary>What was wrong with the source, in words; empty if nothing was.</summary>
    public static string Faults(GuestFrameReport frames) =>
        string.Join(", ", frames.SourceFaults.Select(static fault => $"{fault.Key.ToLowerInvariant()} {fault.Value}"));

    /// <summary>The same JSON without its line breaks and indents; texts in it stay as they are.</summary>
    public static string OneLine(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document, GuestLineJson.Default.JsonDocument);
    }

    private static void WriteTable(GuestReport report)
    {
        var sheet = new Sheet("guest", "camera", new("stream", 1), "fps", "delivered", "dropped", new("p50 µs", 2), "p99 µs", "max µs", "stutters", "failures");
        sheet.Add(
            report.Name, report.Camera, report.Stream, $"{report.FramesPerSecond:F1}", $"{report.Frames.Delivered}", $"{report.Frames.DropsTold}",
            $"{report.Latency.P50:F0}", $"{report.Latency.P99:F0}", $"{report.Latency.Maximum:F0}", $"{report.Pace.Stutters}",
            $"{report.Verification.Failures}");
        AnsiConsole.Write(sheet.ForTerminal());
        if (Interruptions(report.Interruptions, report.Frames.Marked.GetValueOrDefault("Discontinuity")) is { } interruptions) Console.Out.WriteLine(interruptions);
        if (Controls(report.Controls) is var controls and not "-") Console.Out.WriteLine($"controls: {controls}");
    }

    private void Print(GuestReport report)
    {
        lock (_gate)
        {
            if (json) Console.Out.WriteLine(OneLine(report.ToJson()));
            else if (!report.Final)
                Console.Out.WriteLine($"{report.Name} {report.Camera}: {report.Frames.Delivered} frames, {report.FramesPerSecond:F1}/s, {report.Frames.DropsTold} drops told, p99 {report.Latency.P99:F0} µs");
        }
    }
}

[JsonSerializable(typeof(JsonDocument))]
internal sealed partial class GuestLineJson : JsonSerializerContext;

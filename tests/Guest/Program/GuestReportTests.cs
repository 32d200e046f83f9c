using System.Text.Json;
using CameraFabric.Guest.Program;

namespace CameraFabric.Guest.Tests.Program;

public sealed class GuestReportTests
{
    private static readonly GuestReport Report = new()
    {
        Name = "g",
        Socket = "/run/g.sock",
        Camera = "front",
        Stream = "NV12 1920x1080 30/s",
        Final = true,
        End = "300 frames received",
        Completed = true,
        Seconds = 10.5,
        FramesPerSecond = 29.97,
        Connections = 1,
        Frames = new GuestFrameReport
        {
            Delivered = 300, Bytes = 1, First = 5, Last = 306, Span = 302, DropsTold = 2, EventsLost = 0, Balanced = true,
            DropsByReason = new Dictionary<string, long> { ["NoRequest"] = 2 },
            Events = new Dictionary<string, long> { ["FrameDrop"] = 1 },
            Marked = new Dictionary<string, long> { ["Discontinuity"] = 1 },
        },
        Requests = new GuestRequestReport { Submitted = 300, Unfinished = 0, ByStatus = new Dictionary<string, long> { ["Ok"] = 300 } },
        Latency = new GuestLatencyReport { Count = 300, P50 = 812.5, P99 = 2000, Maximum = 2500.25 },
        Interruptions = new GuestInterruptionReport { Count = 1, Recovered = 1, LongestGap = 412000, LastGap = 412000, Cancelled = 4 },
        Pace = new GuestPaceReport { Period = 33366.7, MaximumGap = 66000, Stutters = 1 },
        Controls = new GuestControlReport { Applied = 1, Late = 2, Clamped = 3, Ignored = 4, Lost = 5 },
        Verification = new GuestVerificationReport { Checksums = 300, Stamps = 299, Failures = 0, First = [] },
    };

    [Fact]
    public void A_report_survives_the_way_through_JSON()
    {
        var json = Report.ToJson();
        Assert.Equal(json, GuestReport.FromJson(json).ToJson());
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        Assert.Equal(2, root.GetProperty("frames").GetProperty("dropsByReason").GetProperty("NoRequest").GetInt64());
        Assert.Equal(812.5, root.GetProperty("latency").GetProperty("p50").GetDouble());
        Assert.True(root.GetProperty("good").GetBoolean());
    }

    [Fact]
    public void Good_means_completed_balanced_and_nothing_wrong()
    {
        Assert.True(Report.Good);
        Assert.False((Report with { Completed = false }).Good);
        Assert.False((Report with { Frames = Report.Frames with { Balanced = false } }).Good);
        Assert.False((Report with { Verification = Report.Verification with { Failures = 1 } }).Good);
    }

    [Fact]
    public void What_is_no_report_is_refused()
    {
        Assert.Throws<JsonException>(() => GuestReport.FromJson("null"));
        Assert.Throws<JsonException>(() => GuestReport.FromJson("{}"));
        Assert.Throws<JsonException>(() => GuestReport.FromJson("garbage"));
    }
}

using CameraFabric.Fabric.Guests;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Tests.Guests;

public sealed partial class DeviceLoggerTests
{
    private const int Lines = 20;

    private readonly RecordingLoggers _lines = new();
    private readonly ManualFrameClock _clock = new();

    [Fact]
    public void The_first_lines_come_in_full_then_a_count_and_after_a_while_lines_again()
    {
        var log = Logger();
        for (var i = 0; i < 1000; i++) Say(log, i);
        Assert.Equal(Lines, _lines.Lines.Count);

        _clock.Advance(LineBudget.While.Ticks * 100);
        Say(log, 1000);

        Assert.Equal(Lines + 2, _lines.Lines.Count);
        Assert.Contains(_lines.Lines,
            static line => line.Contains("vision/front: 980 more lines about it were left out", StringComparison.Ordinal));
        Assert.Contains("said 1000", _lines.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_left_out_is_told_also_when_nothing_follows_and_only_once()
    {
        var log = Logger();
        for (var i = 0; i < 30; i++) Say(log, i);
        log.Summarize();
        Assert.Equal(Lines, _lines.Lines.Count);
        _clock.Advance(LineBudget.While.Ticks * 100);

        log.Summarize();
        log.Summarize();

        Assert.Single(_lines.Lines, static line => line.Contains("10 more lines", StringComparison.Ordinal));
    }

    [Fact]
    public void The_nodes_own_errors_are_never_left_out()
    {
        var log = Logger();
        for (var i = 0; i < 100; i++) Fail(log, i);

        Assert.Equal(100, _lines.Lines.Count);
    }

    [Fact]
    public void Lines_of_those_who_do_not_know_the_device_get_its_name()
    {
        Say(new DeviceLogger(_lines.CreateLogger("VhostUser"), new LineBudget(_clock, Lines), "vision/front") { SaysName = true }, 7);
        Say(Logger(), 8);

        Assert.Equal(["Warning VhostUser: vision/front: said 7 ", "Warning log: said 8 "], _lines.Lines);
    }

    private DeviceLogger Logger() => new(_lines.CreateLogger("log"), new LineBudget(_clock, Lines), "vision/front");

    [LoggerMessage(Level = LogLevel.Warning, Message = "said {Number}")]
    private static partial void Say(ILogger logger, int number);

    [LoggerMessage(Level = LogLevel.Error, Message = "failed {Number}")]
    private static partial void Fail(ILogger logger, int number);
}

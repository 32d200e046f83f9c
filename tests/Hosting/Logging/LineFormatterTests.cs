using CameraFabric.Hosting.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Hosting.Tests.Logging;

public sealed class LineFormatterTests
{
    [Fact]
    public void An_event_is_one_line_whatever_a_guest_has_put_into_it()
    {
        using var text = new StringWriter { NewLine = "\n" };
        var entry = new LogEntry<string>(
            LogLevel.Warning, "CameraFabric.Guests", default, "bad\nname\u001b[2J", exception: null, formatter: (state, _) => state);

        new LineFormatter(new StoppedTime()).Write(entry, scopeProvider: null, text);

        Assert.Equal("2026-01-31T10:00:00.000Z warn Guests: bad name [2J\n", text.ToString());
    }

    [Fact]
    public void A_node_of_a_cluster_says_its_name_in_each_line()
    {
        using var text = new StringWriter { NewLine = "\n" };
        var entry = new LogEntry<string>(LogLevel.Information, "CameraFabric.Cameras", default, "camera front: open", exception: null, formatter: (state, _) => state);

        new LineFormatter(new StoppedTime(), "front-soc").Write(entry, scopeProvider: null, text);

        Assert.Equal("2026-01-31T10:00:00.000Z info front-soc Cameras: camera front: open\n", text.ToString());
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 31, 10, 0, 0, TimeSpan.Zero);
    }
}

using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Tests.Fakes;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Tests.Nodes;

public sealed class EpochLoggersTests
{
    [Fact]
    public void A_cameras_lines_end_with_the_epoch_that_it_has_when_they_are_written()
    {
        var loggers = new RecordingLoggers();
        var epoch = 0u;
        var logger = new EpochLoggers(loggers, () => epoch).CreateLogger("CameraFabric.Cameras");

        Log(logger, "camera front: open");
        epoch = 7;
        Log(logger, "camera front: open");
        Log(logger, "camera front: at home, epoch 7");

        Assert.Equal(
            ["camera front: open", "camera front: open (epoch 7)", "camera front: at home, epoch 7"],
            loggers.Lines.Select(static line => line["Information CameraFabric.Cameras: ".Length..].TrimEnd()));
    }

    private static void Log(ILogger logger, string text) =>
        logger.Log(LogLevel.Information, default, text, exception: null, static (text, _) => text);
}

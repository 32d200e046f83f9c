using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Tests.Fakes;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Tests.Nodes;

public sealed partial class EpochLoggersTests
{
    [Fact]
    public void A_cameras_lines_end_with_the_epoch_that_it_has_when_they_are_written()
    {
        var loggers = new RecordingLoggers();
        var epoch = 0u;
        var logger = new EpochLoggers(loggers, () => epoch).CreateLogger("CameraFabric.Cameras");

        LogOpen(logger, "front");
        epoch = 7;
        LogOpen(logger, "front");
        LogHome(logger, "front", 7);

        Assert.Equal(
            ["camera front: open", "camera front: open (epoch 7)", "camera front: at home, epoch 7"],
            loggers.Lines.Select(static line => line["Information CameraFabric.Cameras: ".Length..].TrimEnd()));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: open")]
    private static partial void LogOpen(ILogger logger, string camera);

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: at home, epoch {Epoch}")]
    private static partial void LogHome(ILogger logger, string camera, uint epoch);
}

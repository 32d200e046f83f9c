using CameraFabric.Fabric.FanOut;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Fabric.Tests.FanOut;

public sealed class AppliedWatchTests
{
    private readonly AppliedWatch _watch = new(interval: 100);

    public AppliedWatchTests() => _watch.Watch([ControlCatalogue.ExposureTime, ControlCatalogue.SensorTemperature]);

    [Fact]
    public void The_first_frame_only_says_where_things_stand() => Assert.Empty(_watch.Look(0, [Exposure(5)]));

    [Fact]
    public void Another_value_is_told_once()
    {
        _watch.Look(0, [Exposure(5)]);

        Assert.Equal(Exposure(7), Assert.Single(_watch.Look(200, [Exposure(7)])));
        Assert.Empty(_watch.Look(400, [Exposure(7)]));
    }

    [Fact]
    public void Values_that_change_with_each_frame_are_told_now_and_then()
    {
        _watch.Look(0, [Exposure(0)]);
        var told = Enumerable.Range(1, 100).Count(frame => !_watch.Look(frame * 10, [Exposure(frame)]).IsEmpty);

        Assert.Equal(10, told);
    }

    [Fact]
    public void What_nobody_can_set_is_not_told()
    {
        _watch.Look(0, [Temperature(20)]);

        Assert.Empty(_watch.Look(200, [Temperature(30)]));
    }

    private static ControlEntry Exposure(long value) => new(ControlCatalogue.ExposureTime.Id, ControlValue.From(value));

    private static ControlEntry Temperature(double value) => new(ControlCatalogue.SensorTemperature.Id, ControlValue.FromFixed(value));
}

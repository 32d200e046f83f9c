using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Sensors.Tests.Synthetic;

/// <summary>Cameras of a fleet: a seed makes their pictures their own, and the same in each run.</summary>
public sealed class SyntheticSeedTests
{
    [Theory]
    [InlineData(SyntheticPattern.MovingScene)]
    [InlineData(SyntheticPattern.Noise)]
    public void The_same_seed_shows_the_same_pictures_whatever_the_clock_says(SyntheticPattern pattern)
    {
        using var first = Open(pattern, 7);
        using var later = Open(pattern, 7);
        later.Clock.AdvanceTo(SensorRig.Start + 3 * later.Period);
        var skipped = later.Capture();
        later.Clock.AdvanceTo(skipped.StartOfExposure + later.Period);
        var shots = first.Next(8);

        foreach (var shot in later.Next(3)) Assert.Equal(shots[(int)shot.Sequence].Pixels, shot.Pixels);
    }

    [Theory]
    [InlineData(SyntheticPattern.MovingScene)]
    [InlineData(SyntheticPattern.Noise)]
    public void The_same_seed_shows_the_same_pictures_in_a_run_at_another_time(SyntheticPattern pattern)
    {
        using var today = Open(pattern, 7);
        using var tomorrow = Open(pattern, 7, late: 12_345_678_901);

        Assert.Equal(today.Next(4).Select(shot => shot.Pixels), tomorrow.Next(4).Select(shot => shot.Pixels));
    }

    [Theory]
    [InlineData(SyntheticPattern.MovingScene)]
    [InlineData(SyntheticPattern.Noise)]
    public void Another_seed_shows_other_pictures(SyntheticPattern pattern)
    {
        using var one = Open(pattern, 7);
        using var other = Open(pattern, 1_000_007);

        Assert.All(one.Next(4).Zip(other.Next(4)), pair => Assert.NotEqual(pair.First.Pixels, pair.Second.Pixels));
    }

    [Fact]
    public void Cameras_like_each_other_share_what_they_say_of_themselves()
    {
        var options = new SyntheticOptions();
        using var one = SensorRig.Synthetic(options);
        using var other = SensorRig.Synthetic(options with { Seed = 9 });
        using var classical = SensorRig.Synthetic(options with { PerFrame = false });

        Assert.True(one.Sensor.Profile.Controls == other.Sensor.Profile.Controls); // the very same array
        Assert.False(one.Sensor.Profile.Controls == classical.Sensor.Profile.Controls);
    }

    // A camera that starts later: its first edge is where its clock stands then.
    private static SensorRig Open(SyntheticPattern pattern, uint seed, long late = 0) => new(context =>
    {
        var sensor = new SyntheticSensor(context with { Seed = seed }, new SyntheticOptions { Pattern = pattern, Stamp = false });
        if (late > 0) ((CameraFabric.Platform.ManualFrameClock)context.Clock).AdvanceTo(context.Clock.Now + late);
        return sensor;
    });
}

using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.Integration;

public sealed class RandomGuestsTests
{
    private static readonly string[] Names = ["one", "two", "three"];

    // Whatever three guests do to one camera, and whatever its sensor does: the final balance is exact, no lease is out, no guest saw a
    // rule broken.
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public async Task Whatever_guests_and_sensor_do_everything_is_accounted_for(int seed, bool interleaved)
    {
        var random = new Random(seed);
        var sensors = new StepSensors();
        var options = RunningFabric.Patient with
        {
            RestartDelay = TimeSpan.FromMilliseconds(1), RestartDelayMaximum = TimeSpan.FromMilliseconds(5),
        };
        SessionRole[] roles = interleaved
            ? [SessionRole.Interleaved, SessionRole.Interleaved, SessionRole.Observer]
            : [SessionRole.Owner, SessionRole.Observer, SessionRole.Observer];
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front", interleaved: interleaved, sensor: sensors.Open)],
            [.. Names.Select((name, i) => RunningFabric.Guest(name, "front", roles[i]))],
            options);
        var drivers = new TestDriver[Names.Length];
        for (var i = 0; i < Names.Length; i++)
        {
            drivers[i] = await TestDriver.ConnectAsync(fabric, Names[i], "front");
            drivers[i].Configure();
            drivers[i].Start();
        }

        for (var step = 0; step < 400; step++)
        {
            var guest = random.Next(Names.Length);
            var driver = drivers[guest];
            switch (random.Next(40))
            {
                case < 16 when driver.CanSubmit:
                    driver.Submit(exposure: random.Next(2) == 0 ? null : random.Next(1, 9) * 1_000_000);
                    break;
                case < 32:
                    sensors.Expose();
                    break;
                case 33:
                    sensors.Fail();
                    sensors.Expose(2);
                    break;
                case 34:
                    driver.Driver.Flush();
                    break;
                case 35:
                    driver.Driver.Stop();
                    await StartAgain(fabric, driver);
                    break;
                case 36:
                    driver.Dispose();
                    drivers[guest] = driver = await TestDriver.ConnectAsync(fabric, Names[guest], "front");
                    await StartAgain(fabric, driver, configure: true);
                    break;
            }

            while (driver.TryNext(out _))
            {
            }
        }

        var status = await fabric.StopAsync();
        foreach (var driver in drivers)
        {
            Assert.Empty(driver.Violations);
            driver.Dispose();
        }

        Assert.True(status.Cameras[0].FannedOut > 0);
        Assert.Empty(sensors.Faults);
        Assert.Equal(sensors.Opened, sensors.Disposed);
    }

    // Refused as long as the source is lost.
    private static async Task StartAgain(RunningFabric fabric, TestDriver driver, bool configure = false)
    {
        await fabric.WaitAsync(
            _ =>
            {
                try
                {
                    if (configure) driver.Configure();
                    driver.Start();
                    return true;
                }
                catch (Guest.Camera.CameraDriverException error) when (error.Failure == Guest.Camera.CameraFailure.Refused)
                {
                    return false;
                }
            },
            "the stream does not start again");
    }
}

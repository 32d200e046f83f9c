using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Rigs;
using CameraFabric.Platform;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Faults;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Hosting.Tests.Rigs;

public sealed class RigFleetTests
{
    private const string Camera = "{ sensor: synthetic, format: NV12, size: 64x32, rate: 1 }";

    [Fact]
    public void Each_vehicle_has_the_cameras_and_guests_that_are_written_once()
    {
        var rig = Parse($$"""
            rig: fleet
            cameras:
              gate: {{Camera}}
            fleet:
              vehicles: 12
              prefix: car
              cameras:
                front: {{Camera}}
                rear: { sensor: synthetic, format: YUYV, size: 320x240, rate: 5, slots: 6 }
              guest-vehicles: 2
              guests:
                recorder: { cameras: { front: observer, rear: owner }, budget: { buffers: 8 } }
            guests:
              monitor: { cameras: { gate: owner, car12-rear: observer } }
            """);

        Assert.Equal(["gate", "car01-front", "car01-rear", "car02-front"], rig.Cameras.Select(camera => camera.Id).Take(4));
        Assert.Equal((25, "car12-rear"), (rig.Cameras.Length, rig.Cameras[^1].Id));
        Assert.All(rig.Cameras.Where(camera => camera.Id.EndsWith("-rear", StringComparison.Ordinal)), camera => Assert.Equal((6, 320), (camera.Slots, camera.Stream.Width)));
        Assert.Equal(["monitor", "car01-recorder", "car02-recorder"], rig.Guests.Select(guest => guest.Name));
        Assert.Equal(["car02-front", "car02-rear"], rig.Guests[^1].Cameras.Select(view => view.Camera));
        Assert.Equal(8, rig.Guests[^1].MaximumBuffers);
    }

    [Fact]
    public void What_is_wrong_with_a_template_is_said_once_at_the_template()
    {
        var error = Assert.Throws<RigFileException>(() => Parse($$"""
            rig: fleet
            fleet:
              vehicles: 1000
              cameras:
                front: { sensor: synthetic, format: NV12, size: 64x32, rate: 1, slots: 1 }
                rear: { sensor: synthetic, format: NV21, size: 64x32, rate: 1 }
                "ro.of": {{Camera}}
              guests:
                recorder: { cameras: { front: interleaved, raer: observer } }
              colour: blue
            """));

        Assert.Equal(
            [
                (5, 76, "fleet.cameras.front.slots"), (6, 40, "fleet.cameras.rear.format"), (7, 5, "fleet.cameras.ro.of"),
                (9, 35, "fleet.guests.recorder.cameras.front.role"), (9, 48, "fleet.guests.recorder.cameras.raer"), (10, 3, "fleet.colour"),
            ],
            error.Errors.Select(mistake => (mistake.At.Line, mistake.At.Column, mistake.Path)));
        Assert.Contains("did you mean 'rear'?", error.Errors[4].Right);
    }

    [Theory]
    [InlineData("vehicles: 0", "fleet.vehicles", "write 1 to 10000")]
    [InlineData("vehicles: many", "fleet.vehicles", "write a whole number")]
    [InlineData("seed: 1", "fleet.vehicles", "write 1 to 10000")]
    [InlineData("vehicles: 2, seed: -1", "fleet.seed", "write 0 to 2147483647")]
    [InlineData("vehicles: 2, guest-vehicles: 3", "fleet.guest-vehicles", "write 1 to 2")]
    public void Numbers_have_limits(string keys, string path, string right)
    {
        var error = Assert.Throws<RigFileException>(() => Parse($"rig: fleet\nfleet: {{ {keys}, cameras: {{ front: {Camera} }} }}"));

        var mistake = Assert.Single(error.Errors);
        Assert.Equal((path, right), (mistake.Path, mistake.Right));
    }

    [Fact]
    public void A_vehicles_camera_cannot_have_the_name_of_another_camera()
    {
        var error = Assert.Throws<RigFileException>(() => Parse($$"""
            rig: fleet
            cameras: { v2-front: {{Camera}} }
            fleet: { vehicles: 3, cameras: { front: {{Camera}} } }
            """));

        Assert.Equal(("fleet.cameras.front", "the id is used twice"), (Assert.Single(error.Errors).Path, error.Errors[0].Message));
    }

    [Fact]
    public void Every_camera_of_every_vehicle_has_a_seed_of_its_own_and_the_same_in_each_run()
    {
        string[] cameras = ["front", "rear", "left", "right"];
        uint[] Seeds(int fleet) => [.. Enumerable.Range(0, 1000).SelectMany(vehicle => cameras.Select(camera => RigFleetReader.SeedOf(fleet, vehicle, camera)))];

        Assert.Equal(Seeds(42), Seeds(42));
        Assert.Equal(4000, Seeds(42).Distinct().Count());
        Assert.Empty(Seeds(42).Intersect(Seeds(43)));
        Assert.Equal(1_156_032_191u, RigFleetReader.SeedOf(42, 0, "front")); // files of pictures may be compared with those of other versions
    }

    [Fact]
    public void A_camera_made_from_a_template_tells_its_sensor_its_seed()
    {
        uint? told = null;
        var template = Template([], context => told = context.Seed);

        template.Make("v1-front", 7).Sensor(Context).Dispose();

        Assert.Equal(7u, told);
    }

    [Fact]
    public void Faults_happen_to_each_camera_of_a_template()
    {
        var template = Template(["throw-open@1"], static _ => { });
        var (first, second) = (template.Make("v1-front", 1), template.Make("v2-front", 2));

        Assert.Throws<IOException>(() => first.Sensor(Context));
        first.Sensor(Context).Dispose();
        Assert.Throws<IOException>(() => second.Sensor(Context));
    }

    private static SensorContext Context => new("front", FrameClock.System, FirstSequence: 1);

    private static RigCameraTemplate Template(string[] faults, Action<SensorContext> opened)
    {
        var camera = Parse($"rig: one\ncameras: {{ front: {Camera} }}").Cameras[0] with
        {
            Sensor = context =>
            {
                opened(context);
                return new SyntheticSensor(context, new SyntheticOptions());
            },
        };
        return new RigCameraTemplate(camera, [.. faults.Select(text => ScriptedFault.TryParse(text, out var fault, out _, out _) ? fault : throw new FormatException(text))]);
    }

    private static Rig Parse(string text) => RigReader.Parse(text, "rig.yaml", Path.GetTempPath());
}

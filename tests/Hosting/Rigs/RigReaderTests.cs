using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Rigs;
using CameraFabric.Platform;
using CameraFabric.Sensors;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Hosting.Tests.Rigs;

public sealed class RigReaderTests
{
    private const string Good = """
        rig: two-guests
        runtime: /tmp/two-guests
        cameras:
          front: { sensor: synthetic, format: NV12, size: 640x360, rate: 30 }
          cabin: { sensor: synthetic, format: YUYV, size: 320x240, rate: 29.97, control: classical, slots: 6 }
        guests:
          cluster:
            cameras: { front: owner, cabin: observer }
          recorder:
            cameras:
              front: { role: observer, face: media, socket: rec.sock, may-acquire: true }
            budget: { buffers: 8, in-flight: 4, buffer-mib: 16 }
        """;

    [Fact]
    public void A_good_rig_reads_as_it_is_written()
    {
        var rig = Parse(Good);

        Assert.Equal("two-guests", rig.Name);
        Assert.Equal(["front", "cabin"], rig.Cameras.Select(camera => camera.Id));
        Assert.Equal((640, 360), (rig.Cameras[0].Stream.Width, rig.Cameras[0].Stream.Height));
        Assert.Equal(6, rig.Cameras[1].Slots);
        Assert.Equal("/tmp/two-guests/cluster.front.sock", RigValidator.SocketPath(rig, rig.Guests[0], rig.Guests[0].Cameras[0]));
        Assert.Equal("/tmp/two-guests/rec.sock", RigValidator.SocketPath(rig, rig.Guests[1], rig.Guests[1].Cameras[0]));
        Assert.True(rig.Guests[1].Cameras[0].MayAcquire);
        Assert.Equal((GuestFace.Camera, GuestFace.Media), (rig.Guests[0].Cameras[0].Face, rig.Guests[1].Cameras[0].Face));
        Assert.Equal((8, 4, 16L << 20), (rig.Guests[1].MaximumBuffers, rig.Guests[1].MaximumInFlight, rig.Guests[1].MaximumBufferBytes));
    }

    [Fact]
    public void Ten_mistakes_are_named_all_at_once_with_line_and_column()
    {
        var error = Assert.Throws<RigFileException>(() => Parse("""
            rig: Ten Mistakes
            runtime: /tmp/ten
            cameras:
              front: { sensor: syntetic, format: NV12, size: 640x360, rate: 30 }
              rear: { sensor: synthetic, format: NV21, size: 640x360, rate: 30 }
              left: { sensor: synthetic, format: NV12, size: 640by360, rate: 30 }
              right: { sensor: synthetic, format: NV12, size: 640x360, rate: fast }
              cabin: { sensor: synthetic, format: NV12, size: 640x360, rate: 30, slots: 1000 }
              drive: { sensor: replay, file: no-such-file.y4m }
            guests:
              cluster:
                cameras: { front: master, rere: observer }
                colour: blue
            """));

        Assert.Equal(
            [(1, 6), (4, 20), (5, 38), (6, 50), (7, 66), (8, 77), (9, 34), (12, 23), (12, 31), (13, 5)],
            error.Errors.Select(mistake => (mistake.At.Line, mistake.At.Column)));
        Assert.Equal(
            ["rig", "cameras.front.sensor", "cameras.rear.format", "cameras.left.size", "cameras.right.rate", "cameras.cabin.slots", "cameras.drive.file",
             "guests.cluster.cameras.front", "guests.cluster.cameras.rere", "guests.cluster.colour"],
            error.Errors.Select(mistake => mistake.Path));
        Assert.Contains("did you mean 'synthetic'?", error.Errors[1].Right);
        Assert.Contains("did you mean 'rear'?", error.Errors[8].Right);
    }

    [Fact]
    public void Faults_are_read_entry_by_entry_and_a_wrong_one_is_named_with_its_place()
    {
        var error = Assert.Throws<RigFileException>(() => Parse("""
            rig: faults
            cameras:
              front: { sensor: synthetic, format: NV12, size: 640x360, rate: 30, faults: [freeze@300+30, trow@500, hang@900+5s] }
              rear: { sensor: synthetic, format: NV12, size: 640x360, rate: 30, faults: { throw: 3 } }
            """));

        Assert.Equal([(3, 94), (4, 77)], error.Errors.Select(mistake => (mistake.At.Line, mistake.At.Column)));
        Assert.Equal(["cameras.front.faults", "cameras.rear.faults"], error.Errors.Select(mistake => mistake.Path));
        Assert.Contains("did you mean 'throw'?", error.Errors[0].Right);
    }

    [Theory]
    [InlineData("", 30)]
    [InlineData(", pattern: black", 30)]
    [InlineData(", stamp: false", 0)]
    [InlineData(", stamp: false, frozen-after: 7", 7)]
    [InlineData(", frozen-after: off", 0)]
    public void A_picture_can_freeze_where_no_frame_equals_another_or_the_rig_says_so(string keys, int frames)
    {
        var rig = Parse($$"""
            rig: frozen
            cameras:
              front: { sensor: synthetic, format: NV12, size: 640x360, rate: 30{{keys}} }
            """);

        Assert.Equal(frames, rig.Cameras[0].FrozenAfter);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("often")]
    public void Frozen_after_is_a_number_of_frames_or_off(string value)
    {
        var error = Assert.Throws<RigFileException>(() => Parse($$"""
            rig: frozen
            cameras:
              front: { sensor: synthetic, format: NV12, size: 640x360, rate: 30, frozen-after: {{value}} }
            """));

        var mistake = Assert.Single(error.Errors);
        Assert.Equal(("cameras.front.frozen-after", "write 2 to 100000 frames, or 'off'"), (mistake.Path, mistake.Right));
    }

    [Fact]
    public void A_camera_with_faults_opens_a_sensor_to_which_they_happen()
    {
        var rig = Parse("""
            rig: faults
            cameras:
              front: { sensor: synthetic, format: NV12, size: 640x360, rate: 30, faults: [throw-open@1] }
            """);

        var context = new SensorContext("front", FrameClock.System, FirstSequence: 1);
        Assert.Throws<IOException>(() => rig.Cameras[0].Sensor(context));
        rig.Cameras[0].Sensor(context).Dispose();
    }

    [Theory]
    [InlineData("cluster: { cameras: { front: owner } }\n  other: { cameras: { front: owner } }", "guests.other.cameras.front.role", "owned by 'cluster'")]
    [InlineData("cluster: { cameras: { front: interleaved } }", "guests.cluster.cameras.front.role", "not shared by turns")]
    [InlineData("cluster: { cameras: { front: owner, front: owner } }", "guests.cluster.cameras.front", "stands twice")]
    [InlineData("cluster: {}", "guests.cluster.cameras", "there is none")]
    public void Guests_that_cannot_be_are_refused(string guests, string path, string message)
    {
        var error = Assert.Throws<RigFileException>(() => Parse($$"""
            rig: guests
            cameras:
              front: { sensor: synthetic, format: NV12, size: 640x360, rate: 30 }
            guests:
              {{guests}}
            """));

        Assert.Contains(error.Errors, mistake => mistake.Path == path && mistake.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_guests_budget_and_what_ends_its_quarantine_are_read_and_what_is_left_out_is_the_nodes_default()
    {
        var rig = Parse(Good.Replace("buffer-mib: 16 }", """
            buffer-mib: 16, memory-mib: 512, memory-regions: 12, megabytes-per-second: 20, connections-per-second: 3 }
                quarantine: operator
            """, StringComparison.Ordinal));

        var (cluster, recorder) = (rig.Guests[0], rig.Guests[1]);
        Assert.Equal((512L << 20, 12, 20_000_000L, 3), (recorder.MaximumMemoryBytes, recorder.MaximumMemoryRegions, recorder.BytesPerSecond, recorder.ConnectionsPerSecond));
        Assert.Equal(QuarantineRule.Operator, recorder.Quarantine);
        Assert.Null(cluster.Quarantine ?? (object?)cluster.MaximumMemoryBytes ?? cluster.MaximumMemoryRegions ?? cluster.BytesPerSecond ?? (object?)cluster.ConnectionsPerSecond);
        Assert.Equal(0, Parse(Good.Replace("buffer-mib: 16 }", "buffer-mib: 16, megabytes-per-second: 0 }", StringComparison.Ordinal)).Guests[1].BytesPerSecond);
        Assert.Equal(QuarantineRule.Operator, Parse(Good + "\noptions: { quarantine: operator }").Options.Quarantine);
    }

    [Theory]
    [InlineData("budget: { megabytes-per-second: -1 }", "budget.megabytes-per-second", "at least 1, or 0 for no limit")]
    [InlineData("budget: { memory-mib: 0 }", "budget.memory-mib", "at least 1 MiB")]
    [InlineData("budget: { memory-regions: 0 }", "budget.memory-regions", "1 to 509")]
    [InlineData("budget: { connections-per-second: 1001 }", "budget.connections-per-second", "1 to 1000")]
    [InlineData("quarantine: operater", "quarantine", "did you mean 'operator'?")]
    public void A_budget_that_cannot_be_is_refused_with_what_would_be_right(string key, string path, string right)
    {
        var error = Assert.Throws<RigFileException>(() => Parse(Good.Replace(
            "cameras: { front: owner, cabin: observer }", $"cameras: {{ front: owner }}\n    {key}", StringComparison.Ordinal)));

        Assert.Contains(right, Assert.Single(error.Errors, mistake => mistake.Path == $"guests.cluster.{path}").Right);
    }

    [Theory]
    [InlineData("quarantine: never", "options.quarantine", "write one of: reconnect, operator")]
    [InlineData("quarantine-pause: 2min", "options.quarantine-pause-maximum", "from 120s")]
    [InlineData("quarantine-violations: 0", "options.quarantine-violations", "1 to 100")]
    [InlineData("guest-bytes-per-second: -1", "options.guest-bytes-per-second", "from 0")]
    public void An_option_of_quarantine_that_cannot_be_is_refused(string option, string path, string right)
    {
        var error = Assert.Throws<RigFileException>(() => Parse($"{Good}\noptions: {{ {option} }}"));

        Assert.Contains(right, Assert.Single(error.Errors, mistake => mistake.Path == path).Right);
    }

    [Fact]
    public void A_mistake_is_told_with_the_files_path_as_it_was_given()
    {
        var folder = Directory.CreateTempSubdirectory("cf-rig-");
        var file = Path.Combine(folder.FullName, "wrong.yaml");
        File.WriteAllText(file, "rig: x");

        var error = Assert.Throws<RigFileException>(() => RigReader.Read(file));

        folder.Delete(recursive: true);
        Assert.StartsWith($"{file}:1:", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("rig: [a", 1)]
    [InlineData("rig: x\ncameras: { front: }}\n", 2)]
    public void What_is_not_a_rig_at_all_is_told_with_its_place(string text, int line)
    {
        var error = Assert.Throws<RigFileException>(() => Parse(text));

        Assert.True(error.Errors[0].At.Line >= line);
        Assert.StartsWith("rig.yaml:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_read_by_their_names_and_wrong_ones_are_named()
    {
        var rig = Parse(Good + "\noptions: { watchdog-tick: 5ms, frame-checksum: false, delivery-queue-frames: 3 }");

        Assert.Equal(TimeSpan.FromMilliseconds(5), rig.Options.WatchdogTick);
        Assert.False(rig.Options.FrameChecksum);
        Assert.Equal(3, rig.Options.DeliveryQueueFrames);
        var error = Assert.Throws<RigFileException>(() => Parse(Good + "\noptions: { watchdog-tick: 5, frame-cheksum: false }"));
        Assert.Equal(["options.watchdog-tick", "options.frame-cheksum"], error.Errors.Select(mistake => mistake.Path));
    }

    [Theory]
    [InlineData("options: { watchdog-tick: 5h }", "options.watchdog-tick", "1ms to 1s", 27)]
    [InlineData("options: { restart-delay: 20s, restart-delay-maximum: 1s }", "options.restart-delay-maximum", "20s to 3600s", 55)]
    [InlineData("options: { delivery-queue-frames: 8 }", "cameras.front.slots", "the queue fewer frames", 0)]
    public void What_the_fabric_would_refuse_is_a_mistake_of_the_rig_with_its_place(string options, string path, string right, int column)
    {
        var error = Assert.Throws<RigFileException>(() => Parse(Good + "\n" + options));

        var mistake = Assert.Single(error.Errors, mistake => mistake.Path == path);
        Assert.Contains(right, mistake.Right);
        Assert.True(column == 0 || mistake.At.Column == column, $"{mistake.At}");
    }

    [Fact]
    public void Any_text_is_a_rig_or_a_list_of_mistakes_with_their_places()
    {
        var piece = Gen.OneOf(
            Gen.Elements("\0", "\t", "\n", "\r\n  ", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "!!", "%", "\"", "'", "#", "? ", "|\n", "/"),
            Gen.Elements("rig", "cameras", "guests", "options", "front", "sensor", "replay", "file", "size", "rate", "slots", "runtime"),
            Gen.Elements("0", "-1", "1e9", "99999999999999999999", "NaN", "0x0", "1/0", "640x", "ms", "5ms", "true", "~", "\ud800", "é"),
            ArbMap.Default.GeneratorFor<char>().Select(letter => letter.ToString()));
        var change = from at in Gen.Choose(0, Good.Length)
                     from removed in Gen.Choose(0, 12)
                     from added in Gen.Choose(0, 3).SelectMany(piece.ArrayOf)
                     select (At: at, Removed: removed, Added: string.Concat(added));
        Prop.ForAll(Gen.Choose(1, 6).SelectMany(change.ArrayOf).ToArbitrary(), changes =>
        {
            var text = Good;
            foreach (var (at, removed, added) in changes)
            {
                var start = Math.Min(at, text.Length);
                text = text.Remove(start, Math.Min(removed, text.Length - start)).Insert(start, added);
            }

            try
            {
                Assert.NotEmpty(Parse(text).Cameras);
            }
            catch (RigFileException error)
            {
                Assert.All(error.Errors, mistake => Assert.True(mistake.At is { Line: >= 1, Column: >= 1 }, error.Message));
                Assert.All(error.Errors, static mistake => Assert.NotEqual("", mistake.Message));
            }
        }).QuickCheckThrowOnFailure();
    }

    private static Rig Parse(string text) => RigReader.Parse(text, "rig.yaml", Path.GetTempPath());
}

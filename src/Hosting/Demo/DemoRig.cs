namespace CameraFabric.Hosting.Demo;

/// <summary>What the demo runs: the rig file and the recording that it replays, both written where a user can look at them.</summary>
internal static class DemoRig
{
    /// <summary>The guest that asks for another exposure with every frame.</summary>
    public const string PerFrameGuest = "assistance";

    /// <summary>The guest that takes its time over every frame.</summary>
    public const string SlowGuest = "infotainment";

    /// <summary>The guest that is killed half-way and started again.</summary>
    public const string KilledGuest = "recorder";

    private const int ClipFrames = 60;

    private const string Text = """
        # The demo's rig: run it yourself with  ./fabric run FILE
        rig: demo
        runtime: .
        cameras:
          front: { sensor: synthetic, format: NV12, size: 1920x1080, rate: 30 }
          left: { sensor: synthetic, format: RAW12P, size: 1280x960, rate: 30 }
          cabin: { sensor: synthetic, format: YUYV, size: 640x480, rate: 30, control: classical }
          drive: { sensor: replay, file: drive.y4m }
        guests:
          assistance:
            cameras: { front: owner, left: owner }
          infotainment:
            cameras: { cabin: owner, front: observer }
          recorder:
            cameras: { drive: owner, front: observer }
        """;

    /// <summary>Writes rig and recording into a folder and returns the rig's path.</summary>
    public static string Write(string folder)
    {
        DemoClip.Write(Path.Combine(folder, "drive.y4m"), ClipFrames);
        var rig = Path.Combine(folder, "demo.yaml");
        File.WriteAllText(rig, Text + "\n");
        return rig;
    }
}

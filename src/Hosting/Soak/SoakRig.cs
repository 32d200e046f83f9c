using System.Globalization;
using CameraFabric.Hosting.Demo;

namespace CameraFabric.Hosting.Soak;

/// <summary>
/// What a soak runs: a camera that stays well, one whose sensor fails in every way, a recording; guests that are left alone, one that is
/// killed and frozen, and one that attacks. The rig is a file that a user can look at and run.
/// </summary>
internal static class SoakRig
{
    /// <summary>Guests that nothing is done to, with what they ask for. Their cameras stay well.</summary>
    public static readonly (string Name, string[] Cameras, string[] Words)[] Undisturbed =
    [
        ("cluster", ["steady"], ["--exposure", "alternate 4ms,12ms", "--in-flight", "6"]),
        ("assistance", ["steady", "drive"], []),
    ];

    /// <summary>Sees the camera whose sensor fails; nothing else is done to it.</summary>
    public const string Witness = "witness";

    /// <summary>Is killed and frozen, in the middle of the cameras of all the others.</summary>
    public const string Victim = "recorder";

    /// <summary>Breaks the protocol in every way; its visits share the steady camera with the guests that must not notice.</summary>
    public const string Intruder = "intruder";

    /// <summary>The frame rate of every camera, a second.</summary>
    public const int Rate = 30;

    private static readonly string[] SensorFaults = ["throw", "throw-open", "throw-configure", "throw-start", "throw-dispose", "hang", "silent", "freeze", "repeat", "jump-ahead", "jump-back", "time-zero", "time-ahead", "time-behind", "short", "late"];

    /// <summary>Whether an entry of the script is one that the fabric must notice: some show only if the sensor is opened anew, or not at all.</summary>
    public static bool ShowsInFrames(string fault) =>
        fault.Split('@')[0] is "throw" or "hang" or "silent" or "freeze" or "repeat" or "jump-back" or "time-zero" or "time-ahead" or "time-behind" or "short";

    /// <summary>Writes rig and recording into a folder and returns the rig's path.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="faults">The script of the failing sensor.</param>
    public static string Write(string folder, IEnumerable<string> faults)
    {
        DemoClip.Write(Path.Combine(folder, "drive.y4m"), frames: 60);
        var rig = Path.Combine(folder, "soak.yaml");
        File.WriteAllText(rig, string.Create(CultureInfo.InvariantCulture, $$"""
            # The soak's rig. The sensor of 'shaky' fails at the frames named; everything else is done to the guests from outside.
            rig: soak
            runtime: .
            options: { quarantine-violations: 100 } # each visit of the intruder is judged by itself; the pauses have tests of their own
            cameras:
              steady: { sensor: synthetic, format: NV12, size: 1280x720, rate: {{Rate}} }
              shaky:
                sensor: synthetic
                format: YUYV
                size: 320x240
                stamp: false
                frozen-after: 10
                rate: {{Rate}}
                faults: [{{string.Join(", ", faults.Select(fault => $"'{fault}'"))}}]
              drive: { sensor: replay, file: drive.y4m }
            guests:
              cluster: { cameras: { steady: owner } }
              assistance: { cameras: { steady: observer, drive: owner } }
              witness: { cameras: { shaky: owner } }
              recorder: { cameras: { steady: observer, shaky: observer, drive: observer } }
              intruder: { cameras: { steady: observer } }

            """));
        return rig;
    }

    /// <summary>The failing sensor's script: one fault every five to ten seconds of frames, every kind in turn before any comes again.</summary>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="from">When the first may come.</param>
    /// <param name="to">When the last must be over.</param>
    public static IReadOnlyList<string> FaultScript(Random random, TimeSpan from, TimeSpan to)
    {
        List<string> script = [];
        var bag = new Queue<string>();
        var frame = (int)(from.TotalSeconds * Rate);
        while ((frame += random.Next(5 * Rate, 10 * Rate)) < to.TotalSeconds * Rate)
        {
            if (bag.Count == 0)
            {
                var kinds = SensorFaults.ToArray();
                random.Shuffle(kinds);
                bag = new Queue<string>(kinds);
            }

            script.Add(bag.Dequeue() switch
            {
                "freeze" => $"freeze@{frame}+{random.Next(12, 40)}",
                "hang" => $"hang@{frame}+{random.Next(1, 4)}s",
                "silent" => $"silent@{frame}+{random.Next(1, 3)}s",
                "late" => $"late@{frame}+3",
                var kind => $"{kind}@{frame}",
            });
        }

        return script;
    }
}

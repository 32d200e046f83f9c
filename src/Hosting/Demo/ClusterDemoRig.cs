using System.Globalization;

namespace CameraFabric.Hosting.Demo;

/// <summary>What the demo of two nodes runs: a rig file, written where a user can look at it.</summary>
internal static class ClusterDemoRig
{
    /// <summary>The camera whose process is killed half-way.</summary>
    public const string KilledCamera = "cabin";

    /// <summary>The node of that camera alone.</summary>
    public const string KilledNode = "camera.cabin";

    /// <summary>The camera whose link is cut: the only one of its node.</summary>
    public const string CutCamera = "front";

    private const string Text = """
        # The demo's rig: two processes as two SoCs. Run it yourself with  ./fabric run FILE --node front-soc  and  --node rear-soc
        rig: demo
        runtime: .
        nodes:
          # What stands at the advertised port forwards to where the node listens, and can be cut. Run by yourself: leave both keys out.
          front-soc: { address: "127.0.0.1:FRONT", host: soc1, links: "127.0.0.1:LINKS", advertised-links: "127.0.0.1:WIRE" }
          rear-soc: { address: "127.0.0.1:REAR", host: soc2 }
        # Nothing here is found out by heartbeats, so a busy machine gets all the time that it needs.
        cluster: { downing: keep-oldest, heartbeat: 200ms, pause: 10s, stable-after: 5s, fence: 10s }
        # Nor is a capture thread that gets no processor a dead sensor.
        options: { watchdog-floor: 5s }
        cameras:
          front: { sensor: synthetic, format: NV12, size: 1280x720, rate: 30, node: front-soc }
          rear: { sensor: synthetic, format: NV12, size: 1280x720, rate: 30, pattern: colour-bars75, node: rear-soc }
          cabin: { sensor: synthetic, format: YUYV, size: 640x480, rate: 30, control: classical, node: rear-soc, isolation: process }
        guests:
          cluster:
            node: front-soc
            cameras: { rear: owner, front: observer, cabin: observer }
          assistance:
            node: rear-soc
            cameras: { front: owner, rear: observer, cabin: observer }
        """;

    /// <summary>Writes the rig into a folder and returns its path.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="front">Akka's port of the front SoC.</param>
    /// <param name="rear">Akka's port of the rear SoC.</param>
    /// <param name="links">The port at which the front SoC listens for links.</param>
    /// <param name="wire">The port at which something forwards to that.</param>
    public static string Write(string folder, int front, int rear, int links, int wire)
    {
        var rig = Path.Combine(folder, "demo.yaml");
        var text = Text.Replace("FRONT", InWords(front), StringComparison.Ordinal).Replace("REAR", InWords(rear), StringComparison.Ordinal)
            .Replace("LINKS", InWords(links), StringComparison.Ordinal).Replace("WIRE", InWords(wire), StringComparison.Ordinal);
        File.WriteAllText(rig, text + "\n");
        return rig;
    }

    private static string InWords(int port) => port.ToString(CultureInfo.InvariantCulture);
}

namespace CameraFabric.Bench.Cluster;

/// <summary>Rows of the cluster's figures as text, for people.</summary>
internal static class ClusterLines
{
    public static string ControlHead { get; } = """

        controls: µs of a round trip, p50 / p99, between two processes on this machine
        """;

    public static string Of(ControlRow row) => string.Concat(
        $"links {row.Links,-5} ({row.FramesPerSecond:F0} frames/s): message to an actor and back {row.Message,-14} ",
        $"SET_CONTROLS, camera on the guest's node {row.Near,-14} in the other process {row.Far}");

    public static string Of(DeathRow row) => string.Join('\n',
    [
        $"\ndeaths: ms from SIGKILL, medians of {row.Deaths} (least-most); the period is {row.Period:F1} ms",
        $"  a node: source lost {row.NodeLost.ToText("F0")}, a frame from the new home {row.NodeBack.ToText("F0")}; configured times together {row.Configured:F0}",
        string.Concat(
            $"  a camera's process: source lost {row.ProcessLost.ToText("F0")}, started again {row.Started.ToText("F0")}, its node runs {row.Running.ToText("F0")}, ",
            $"a frame {row.ProcessBack.ToText("F0")}; the program that only says its version takes {row.Alone.ToText("F0")}"),
    ]);

    public static string Of(FleetClusterRow row) => string.Concat(
        $"\nfleet over {row.Nodes} processes: {row.Cameras} cameras ready in {row.StartSeconds:F1} s; {row.IdleKilobytes:F1} kB resident for each idle camera beyond ",
        $"{row.BareMegabytes:F0} MB a process, {row.IdleProcessors:F2} processors\n",
        $"       one process killed: all ready elsewhere after {row.MovedSeconds:F1} s, and with that process back after {row.BackSeconds:F1} s; ",
        $"then {row.AfterKilobytes:F1} kB each; stopped in {row.StopSeconds:F1} s, {(row.Balanced ? "balanced" : "NOT BALANCED")}");
}

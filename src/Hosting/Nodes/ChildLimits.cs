using CameraFabric.Fabric.Nodes;

namespace CameraFabric.Hosting.Nodes;

/// <summary>How long things may take with a node's children.</summary>
/// <param name="RestartDelay">One that died is started again at once, and when it dies again after so long; then after twice as long, and so on.</param>
/// <param name="RestartDelayMaximum">No delay is longer.</param>
/// <param name="RestartForgiven">One that has lived for so long begins with no delay again.</param>
/// <param name="Stop">One that was asked to stop is killed after so long.</param>
internal readonly record struct ChildLimits(TimeSpan RestartDelay, TimeSpan RestartDelayMaximum, TimeSpan RestartForgiven, TimeSpan Stop)
{
    // After its own limit it abandons what has not stopped, and has this long for its last words.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>The same as for sensors: a process that died is a failure like any other.</summary>
    public static ChildLimits Of(FabricOptions options) =>
        new(options.RestartDelay, options.RestartDelayMaximum, options.RestartForgiven, options.StopTimeout + LastWords);
}

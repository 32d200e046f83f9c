using CameraFabric.Platform;

namespace CameraFabric.Bench;

/// <summary>Measuring takes time.</summary>
internal static class Wait
{
    /// <summary>Lets time pass.</summary>
    public static void For(TimeSpan time) =>
        FrameClock.System.WaitUntil(FrameClock.System.Now + time.Ticks * TimeSpan.NanosecondsPerTick, CancellationToken.None);
}

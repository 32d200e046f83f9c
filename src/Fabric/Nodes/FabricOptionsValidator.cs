using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Nodes;

/// <summary>Says everything that is wrong with a node's options.</summary>
public static class FabricOptionsValidator
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan TenMilliseconds = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TenSeconds = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Adds a fault for each option that is out of its range.</summary>
    /// <param name="options">The options.</param>
    /// <param name="faults">Where they go.</param>
    public static void Validate(FabricOptions options, ImmutableArray<RigFault>.Builder faults)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(faults);
        Check(faults, options.DeliveryQueueFrames, 1, 32);
        Check(faults, options.MaximumSessionsPerCamera, 1, 1024);
        Check(faults, options.ControlsChangedInterval, TimeSpan.Zero, Minute);
        Check(faults, options.FaultEventInterval, TenMilliseconds, Minute);
        Check(faults, options.SessionTick, Millisecond, Second);
        Check(faults, options.WatchdogTick, Millisecond, Second);
        Check(faults, options.WatchdogFloor, Millisecond, TenSeconds);
        Check(faults, options.FirstFrameAllowance, TimeSpan.Zero, Minute);
        Check(faults, options.RestartDelay, Millisecond, Minute);
        Check(faults, options.RestartDelayMaximum, options.RestartDelay, Hour);
        Check(faults, options.RestartForgiven, TimeSpan.Zero, Hour);
        Check(faults, options.SensorStopTimeout, TenMilliseconds, Minute);
        Check(faults, options.QueueStopTimeout, Millisecond, TenSeconds);
        Check(faults, options.CommandTimeout, TenMilliseconds, Second);
        Check(faults, options.RequestTimeoutMaximum, TenMilliseconds, Hour);
        Check(faults, options.RequestTimeout, TenMilliseconds, options.RequestTimeoutMaximum);
        Check(faults, options.StopTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        Check(faults, options.FrameThreadNice, -20, 19);
        Check(faults, options.MaximumMemoryRegions, 1, 509);
        Check(faults, options.MaximumMemoryBytes, 1L << 20, long.MaxValue);
        Check(faults, options.MessageTimeout, TenMilliseconds, Minute);
        Check(faults, options.Quarantine, QuarantineRule.Reconnect, QuarantineRule.Operator);
        Check(faults, options.QuarantineViolations, 1, 100);
        Check(faults, options.QuarantineWindow, Second, Hour);
        Check(faults, options.QuarantinePause, Millisecond, Hour);
        Check(faults, options.QuarantinePauseMaximum, options.QuarantinePause, Hour);
        Check(faults, options.ConnectionsPerSecond, 1, 1000);
        Check(faults, options.GuestBytesPerSecond, 0, long.MaxValue);
        Check(faults, options.LogLines, 1, 100_000);
    }

    private static void Check<T>(ImmutableArray<RigFault>.Builder faults, T value, T least, T most, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : IComparable
    {
        if (value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0) return;
        var option = RigWords.Of(name[(name.LastIndexOf('.') + 1)..]);
        faults.Add(new RigFault($"options.{option}", $"{InWords(value)} is not possible", $"it must be from {InWords(least)} to {InWords(most)}"));
    }

    /// <summary>A value as a rig file has it: 10ms rather than 00:00:00.0100000.</summary>
    private static string InWords<T>(T value) => value switch
    {
        TimeSpan time when time.TotalSeconds >= 1 || time == TimeSpan.Zero => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s"),
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.###}ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}

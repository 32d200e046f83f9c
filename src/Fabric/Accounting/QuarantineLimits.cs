using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Accounting;

/// <summary>When a guest's device is let in again after it broke the protocol.</summary>
/// <param name="Rule">What ends a quarantine.</param>
/// <param name="Violations">So many violations within <paramref name="Window"/>, and the next connections wait.</param>
/// <param name="Window">How long a violation counts.</param>
/// <param name="Pause">How long the first connection waits then, counted from the violation; each further one twice as long.</param>
/// <param name="MaximumPause">No connection waits longer.</param>
public sealed record QuarantineLimits(QuarantineRule Rule, int Violations, TimeSpan Window, TimeSpan Pause, TimeSpan MaximumPause);

using System.Collections.Immutable;

namespace CameraFabric.Fabric.Rigs;

/// <summary>A rig cannot be run; says everything that is wrong with it at once.</summary>
/// <param name="faults">At least one.</param>
public sealed class RigException(ImmutableArray<RigFault> faults)
    : Exception(faults.Length == 1 ? $"the rig cannot run: {faults[0]}" : $"the rig cannot run, {faults.Length} things are wrong:\n  {string.Join("\n  ", faults)}")
{
    /// <summary>Everything that is wrong.</summary>
    public ImmutableArray<RigFault> Faults { get; } = faults;
}

using System.Collections.Immutable;

namespace CameraFabric.Sensors.Controls;

/// <summary>Controls that somebody wants for one frame.</summary>
public sealed record ControlSet
{
    /// <summary>A number unique on the node; never 0.</summary>
    public required ulong Id { get; init; }

    /// <summary>Whose it is: the session's number. Values are kept, and turns taken, per context.</summary>
    public required ulong Context { get; init; }

    /// <summary>The frame that is wanted; 0 = as soon as possible.</summary>
    public ulong TargetFrame { get; init; }

    /// <summary>Rather lose the set than hit a later frame than the target.</summary>
    public bool Strict { get; init; }

    /// <summary>The values; empty repeats those before.</summary>
    public ImmutableArray<ControlEntry> Controls { get; init; } = [];
}

/// <summary>Why a control set will not come with any frame.</summary>
public enum ControlSetFailure
{
    /// <summary>Strict, and its frame could no longer be reached.</summary>
    TooLate,
    /// <summary>It was bound to a frame that the sensor then skipped.</summary>
    FrameLost,
    /// <summary>Somebody called it off, or the sensor stopped.</summary>
    Cancelled,
}

/// <summary>A control set that will not come with any frame.</summary>
/// <param name="Set">The set.</param>
/// <param name="Context">Whose it was.</param>
/// <param name="Reason">Why.</param>
/// <param name="Frame">TooLate: the first frame that could have been reached; FrameLost: the frame that is missing; Cancelled: 0.</param>
public readonly record struct ControlSetLoss(ulong Set, ulong Context, ControlSetFailure Reason, ulong Frame);

namespace CameraFabric.Sensors.Controls;

/// <summary>What a <see cref="ControlSchedule"/> knows of one context.</summary>
internal sealed class ControlContext
{
    public ControlContext(ulong id, ControlValue[] values, bool[] own)
    {
        Id = id;
        Values = values;
        Own = own;
    }

    public ulong Id { get; }

    /// <summary>Sets that wait for a frame, oldest first.</summary>
    public SetQueue<ControlSet> Waiting { get; } = new();

    /// <summary>The values that the context's next frame starts from. One array for all contexts unless they are interleaved.</summary>
    public ControlValue[] Values { get; }

    /// <summary>Which values the context has set itself; the others follow what is set globally.</summary>
    public bool[] Own { get; }

    /// <summary>When it was last given a frame, counted in frames given; the one that waits longest is next.</summary>
    public ulong LastTurn { get; set; }

    /// <summary>The edge at which its first set turned out to be for later.</summary>
    public ulong? PassedAt { get; set; }

    /// <summary>Nobody wants its frames any more.</summary>
    public bool IsForgotten { get; set; }
}

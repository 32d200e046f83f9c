namespace CameraFabric.Hosting.Soak;

/// <summary>How often a fault was injected, and how long the fabric took at most to end the connection over it.</summary>
internal sealed class FaultTally
{
    /// <summary>How often.</summary>
    public int Count { get; private set; }

    /// <summary>The longest; zero for faults that end no connection.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Counts one.</summary>
    public void Add(TimeSpan taken)
    {
        Count++;
        if (taken > Longest) Longest = taken;
    }
}

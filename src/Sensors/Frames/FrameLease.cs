namespace CameraFabric.Sensors.Frames;

/// <summary>The right to read a frame, until disposed. Dispose it once: a second time, also of a copy, is an error that is found out
/// (as long as the frame's other leases are gone) or takes away somebody else's lease.</summary>
public readonly struct FrameLease : IDisposable
{
    private readonly uint _generation;

    internal FrameLease(Frame frame, uint generation)
    {
        Frame = frame;
        _generation = generation;
    }

    /// <summary>The frame that may be read.</summary>
    public Frame Frame { get; }

    /// <summary>Gives the lease back. Nothing happens for a lease that was never obtained (default).</summary>
    /// <exception cref="InvalidOperationException">It had been given back, and the frame is gone.</exception>
    public void Dispose() => Frame?.Return(_generation);
}

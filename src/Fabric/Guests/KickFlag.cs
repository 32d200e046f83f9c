namespace CameraFabric.Fabric.Guests;

/// <summary>
/// Whether a virtqueue's actor has been told of a kick that it has not looked at: however often a guest kicks, one message waits.
/// Thread-safe.
/// </summary>
internal sealed class KickFlag
{
    private int _raised;

    /// <summary>Raises the flag.</summary>
    /// <returns>Whether the actor has to be told.</returns>
    public bool Raise() => Interlocked.Exchange(ref _raised, 1) == 0;

    /// <summary>The actor is about to look; what is kicked from now on is told anew.</summary>
    public void Lower()
    {
        // A full fence: were the ring read before others see the flag lowered, a kick in between would be told to nobody.
        _ = Interlocked.Exchange(ref _raised, 0);
    }
}

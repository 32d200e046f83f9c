namespace CameraFabric.Platform;

/// <summary>One mapping that a <see cref="MemoryGuard"/> watches, until it is disposed. Thread-safe.</summary>
internal sealed class GuardedRange(MemoryGuard guard, int slot, Action hit) : IDisposable
{
    /// <summary>Where it stands in the guard's table; -1 once it stands there no more.</summary>
    public int Slot { get; set; } = slot;

    /// <summary>Whether it was hit, as far as is known without looking at the table.</summary>
    public bool WasHit { get; set; }

    /// <summary>Whether the owner was told, or is just being told.</summary>
    public bool IsTold { get; set; }

    /// <summary>Whether an access has found its page gone: from then on the whole range is zeros that nobody else sees.</summary>
    public bool IsHit => guard.IsHit(this);

    public void Tell() => hit();

    /// <summary>Ends the guard, before the range is unmapped. It must not be accessed any more.</summary>
    public void Dispose() => guard.Remove(this);
}

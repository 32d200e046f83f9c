namespace CameraFabric.Fabric.Ownership;

/// <summary>
/// Who controls a camera. A shared camera has at most one owner and any number of observers; an interleaved camera has no owner, its guests
/// take turns. A pure rule book: it decides, others tell those concerned. Not thread-safe.
/// </summary>
/// <param name="interleaved">Whether the camera is interleaved.</param>
public sealed class OwnershipLedger(bool interleaved)
{
    private readonly Dictionary<ulong, bool> _mayAcquire = [];

    /// <summary>The session that owns the camera; 0 when none does.</summary>
    public ulong Owner { get; private set; }

    /// <summary>Whether guests take turns.</summary>
    public bool IsInterleaved => interleaved;

    /// <summary>A session joins. One whose place is the owner's gets it if it is free, and can have it later otherwise.</summary>
    /// <param name="session">The session's id, not 0.</param>
    /// <param name="asOwner">Whether the rig says that it is the owner.</param>
    /// <param name="mayAcquire">Whether it may acquire the camera at run time.</param>
    public OwnerChange Join(ulong session, bool asOwner, bool mayAcquire)
    {
        ArgumentOutOfRangeException.ThrowIfZero(session);
        _mayAcquire[session] = (mayAcquire || asOwner) && !interleaved;
        if (!asOwner || interleaved || Owner != 0) return new OwnerChange(OwnerVerdict.Granted);
        Owner = session;
        return new OwnerChange(OwnerVerdict.Granted, Gained: session);
    }

    /// <summary>A session leaves; what it owned is free.</summary>
    /// <param name="session">The session's id.</param>
    public OwnerChange Leave(ulong session)
    {
        _mayAcquire.Remove(session);
        return Release(session);
    }

    /// <summary>A session wants to own the camera.</summary>
    /// <param name="session">The session's id.</param>
    /// <param name="force">Whether to take it from another owner.</param>
    public OwnerChange Acquire(ulong session, bool force)
    {
        if (interleaved) return new OwnerChange(OwnerVerdict.Unsupported);
        if (Owner == session) return new OwnerChange(OwnerVerdict.Granted);
        if (!_mayAcquire.GetValueOrDefault(session)) return new OwnerChange(OwnerVerdict.Denied);
        if (Owner != 0 && !force) return new OwnerChange(OwnerVerdict.Busy);
        var lost = Owner;
        Owner = session;
        return new OwnerChange(OwnerVerdict.Granted, session, lost, Forced: lost != 0);
    }

    /// <summary>A session gives ownership back; nothing happens if it has none.</summary>
    /// <param name="session">The session's id.</param>
    public OwnerChange Release(ulong session)
    {
        if (interleaved) return new OwnerChange(OwnerVerdict.Unsupported);
        if (session == 0 || Owner != session) return new OwnerChange(OwnerVerdict.Granted);
        Owner = 0;
        return new OwnerChange(OwnerVerdict.Granted, Lost: session);
    }
}

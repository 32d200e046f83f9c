namespace CameraFabric.Fabric.Ownership;

/// <summary>What an attempt at ownership led to.</summary>
public enum OwnerVerdict
{
    /// <summary>Done, or it was so already.</summary>
    Granted = 0,

    /// <summary>Somebody else owns the camera; asking with force would take it.</summary>
    Busy = 1,

    /// <summary>This guest may not own the camera.</summary>
    Denied = 2,

    /// <summary>Ownership does not exist on an interleaved camera.</summary>
    Unsupported = 3,
}

/// <summary>The outcome of one attempt at ownership.</summary>
/// <param name="Verdict">Whether it succeeded.</param>
/// <param name="Gained">The session that has become the owner; 0 if none did.</param>
/// <param name="Lost">The session that is the owner no longer; 0 if none.</param>
/// <param name="Forced">Whether it was taken away rather than given back.</param>
public readonly record struct OwnerChange(OwnerVerdict Verdict, ulong Gained = 0, ulong Lost = 0, bool Forced = false);

namespace CameraFabric.Guest.Program;

/// <summary>Why a session ended, and what follows from it.</summary>
/// <param name="Kind">What follows.</param>
/// <param name="Reason">In words.</param>
internal readonly record struct SessionEnd(SessionEndKind Kind, string Reason);

/// <summary>What follows from the end of a session.</summary>
internal enum SessionEndKind
{
    /// <summary>The guest has done what it was asked for.</summary>
    Finished,

    /// <summary>The device is gone, or as good as gone: connect again, if that is wanted.</summary>
    Gone,

    /// <summary>The camera is another one now: configure anew on the same connection.</summary>
    Changed,
}

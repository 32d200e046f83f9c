namespace CameraFabric.Platform;

/// <summary>What can never be done to a memory file again, by anybody (fcntl(2), F_ADD_SEALS).</summary>
[Flags]
public enum MemorySeals
{
    /// <summary>Nothing is sealed.</summary>
    None = 0,

    /// <summary>No further seal can be added.</summary>
    Seal = 1,

    /// <summary>It cannot shrink: what is mapped stays there, so that reading it cannot raise SIGBUS.</summary>
    Shrink = 2,

    /// <summary>It cannot grow.</summary>
    Grow = 4,

    /// <summary>It cannot be written.</summary>
    Write = 8,

    /// <summary>
    /// It cannot be written but through what is mapped already: nobody can map it for writing, write(2) to it, or make a hole in it, also not by
    /// opening it anew (Linux 5.1).
    /// </summary>
    FutureWrite = 16,
}

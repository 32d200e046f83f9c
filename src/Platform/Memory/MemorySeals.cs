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
}

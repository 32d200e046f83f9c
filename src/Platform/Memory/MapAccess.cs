namespace CameraFabric.Platform;

/// <summary>What a mapping is for.</summary>
public enum MapAccess
{
    /// <summary>Reading alone; a write would be refused by the processor, were it not refused before.</summary>
    ReadOnly,

    /// <summary>Reading and writing.</summary>
    ReadWrite,
}

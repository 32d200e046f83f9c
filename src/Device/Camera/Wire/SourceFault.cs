namespace CameraFabric.Device.Camera.Wire;

/// <summary>What is wrong with a camera's source: the <c>arg</c> of SOURCE events (lost and fault).</summary>
public enum SourceFault : uint
{
    /// <summary>Nothing, or nobody knows.</summary>
    None = 0,

    /// <summary>It says that it failed, or cannot be opened.</summary>
    Failed = 1,

    /// <summary>It does not come back when it is told to stop.</summary>
    Hung = 2,

    /// <summary>It brings no frames and does not say why.</summary>
    Silent = 3,

    /// <summary>Its picture does not change any more.</summary>
    Frozen = 4,

    /// <summary>A frame came with the number of the frame before.</summary>
    Repeated = 5,

    /// <summary>A frame came with a smaller number than the frame before.</summary>
    Backward = 6,

    /// <summary>A frame came with a number further ahead than time has passed.</summary>
    Leapt = 7,

    /// <summary>A frame came with an impossible time.</summary>
    Mistimed = 8,

    /// <summary>A frame came with bytes missing.</summary>
    Short = 9,
}

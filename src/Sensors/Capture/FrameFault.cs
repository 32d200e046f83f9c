namespace CameraFabric.Sensors.Capture;

/// <summary>What can be wrong with a frame that a sensor delivers. Every one but <see cref="Frozen"/> costs the frame.</summary>
public enum FrameFault
{
    /// <summary>It has the number of the frame before.</summary>
    Repeated,

    /// <summary>Its number is smaller than that of the frame before.</summary>
    Backward,

    /// <summary>Its number is further ahead than time has passed.</summary>
    Leapt,

    /// <summary>Its start of exposure is not set, lies in the future, or before that of the frame before.</summary>
    Mistimed,

    /// <summary>It has fewer bytes than its format needs.</summary>
    Short,

    /// <summary>Its pixels are those of many frames before.</summary>
    Frozen,
}

/// <summary>A sensor's frames have been faulty for so long that only a new start can help.</summary>
/// <param name="fault">What is wrong with them.</param>
/// <param name="message">What happened, for people.</param>
public sealed class FrameFaultException(FrameFault fault, string message) : Exception(message)
{
    /// <summary>What is wrong with the frames.</summary>
    public FrameFault Fault { get; } = fault;
}

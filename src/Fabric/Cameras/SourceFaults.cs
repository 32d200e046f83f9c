using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Capture;

namespace CameraFabric.Fabric.Cameras;

/// <summary>What is wrong with a source, from how it was noticed.</summary>
internal static class SourceFaults
{
    /// <summary>Of a frame.</summary>
    /// <param name="fault">What is wrong with it.</param>
    public static SourceFault Of(FrameFault fault) => fault switch
    {
        FrameFault.Repeated => SourceFault.Repeated,
        FrameFault.Backward => SourceFault.Backward,
        FrameFault.Leapt => SourceFault.Leapt,
        FrameFault.Mistimed => SourceFault.Mistimed,
        FrameFault.Short => SourceFault.Short,
        _ => SourceFault.Frozen,
    };

    /// <summary>Of what a sensor threw.</summary>
    /// <param name="error">The exception.</param>
    public static SourceFault Of(Exception error) => error is FrameFaultException { Fault: var fault } ? Of(fault) : SourceFault.Failed;
}

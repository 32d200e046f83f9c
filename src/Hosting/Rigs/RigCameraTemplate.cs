using System.Collections.Immutable;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Faults;

namespace CameraFabric.Hosting.Rigs;

/// <summary>What one camera, or each vehicle's, is made from. Everything immutable in it is shared by all of them.</summary>
/// <param name="Camera">The camera, its sensor without faults.</param>
/// <param name="Faults">What is made to happen to each sensor; counted for each camera anew.</param>
internal sealed record RigCameraTemplate(CameraRig Camera, ImmutableArray<ScriptedFault> Faults)
{
    /// <summary>The camera itself.</summary>
    public CameraRig Make() => Camera with { Sensor = Around(Camera.Sensor) };

    /// <summary>Another camera like it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="seed">What makes its pictures its own.</param>
    public CameraRig Make(string id, uint seed)
    {
        var sensor = Camera.Sensor;
        return Camera with { Id = id, Sensor = Around(context => sensor(context with { Seed = seed })) };
    }

    private SensorFactory Around(SensorFactory healthy) => Faults.IsEmpty ? healthy : new FaultScript(Faults).Around(healthy);
}

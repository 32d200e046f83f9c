using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Guest.Camera;

/// <summary>A control as the device reports it: in a result, in an event, in the answer to a command.</summary>
/// <param name="Id">The control.</param>
/// <param name="Flags">What became of it; none for a value that nobody asked for.</param>
/// <param name="FramesToEffect">Frames from the reporting one to the one in which it takes effect; 0 for the same.</param>
/// <param name="Value">The value in force, or in which it was clamped; without elements when the device gave none.</param>
public readonly record struct ReportedControl(uint Id, ItemFlags Flags, uint FramesToEffect, ControlValue Value)
{
    /// <summary>Whether <see cref="Value"/> was in force in the reporting frame.</summary>
    public bool InForce => FramesToEffect == 0 && (Flags & ItemFlags.Ignored) == 0 && Value.Count > 0;
}

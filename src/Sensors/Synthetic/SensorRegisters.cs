using System.Collections.Immutable;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Synthetic;

/// <summary>The registers of a sensor, one for each control that can be set. Not thread-safe; allocates nothing after <see cref="Reset"/>.</summary>
internal sealed class SensorRegisters
{
    private readonly SensorRegister[] _registers;

    /// <summary>Makes a register of every writable control, with its default in it.</summary>
    public SensorRegisters(ImmutableArray<ControlInfo> controls) =>
        _registers = [.. controls.Where(static control => control.IsWritable)
            .Select(static control => new SensorRegister(control, control.DefaultValue))];

    /// <summary>The register of a control, or null.</summary>
    public SensorRegister? Find(uint id)
    {
        foreach (var register in _registers)
        {
            if (register.Info.Id == id) return register;
        }

        return null;
    }

    /// <summary>Puts the defaults back, and drops what is on its way.</summary>
    public void Reset()
    {
        foreach (var register in _registers) register.Preset(register.Info.DefaultValue);
    }

    /// <summary>Brings every register to a frame.</summary>
    public void AdvanceTo(ulong frame)
    {
        foreach (var register in _registers) register.AdvanceTo(frame);
    }

    /// <summary>Writes registers at the edge of a frame; entries without a register are passed over.</summary>
    public void Write(ulong frame, ReadOnlySpan<ControlEntry> writes)
    {
        foreach (ref readonly var write in writes) Find(write.Id)?.Write(frame, write.Value);
    }
}

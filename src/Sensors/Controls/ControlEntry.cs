using System.Runtime.InteropServices;

namespace CameraFabric.Sensors.Controls;

/// <summary>What became of a control; the numbers are those on the wire.</summary>
[Flags]
public enum ControlResultFlags : uint
{
    /// <summary>Nothing to say.</summary>
    None = 0,
    /// <summary>The frame was exposed with this value.</summary>
    Applied = 1,
    /// <summary>The value took effect in a later frame than asked.</summary>
    Late = 2,
    /// <summary>The value asked for was limited to what is possible.</summary>
    Clamped = 4,
    /// <summary>The value asked for was not used at all.</summary>
    Ignored = 8,
}

/// <summary>A control and its value. Blittable, 80 bytes.</summary>
/// <param name="Id">The control.</param>
/// <param name="Flags"><see cref="ControlResultFlags"/>.</param>
/// <param name="Value">The value.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct ControlEntry(uint Id, uint Flags, ControlValue Value)
{
    /// <summary>Bytes of an entry.</summary>
    public const int Bytes = 80;

    /// <summary>An entry without flags.</summary>
    public ControlEntry(uint id, in ControlValue value) : this(id, 0, value) { }
}

namespace CameraFabric.Sensors.Controls;

/// <summary>The type of a control's elements. The numbers are those on the wire (virtio-camera, control packet).</summary>
public enum ControlType : byte
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool = 1,
    /// <summary>One byte.</summary>
    UInt8 = 2,
    /// <summary>32 bits, signed.</summary>
    Int32 = 3,
    /// <summary>64 bits, signed.</summary>
    Int64 = 4,
    /// <summary>Q16.16: a signed 32-bit number of 1/65536.</summary>
    Fixed = 5,
    /// <summary>x, y, width, height as four signed 32-bit numbers. An empty rectangle stands for the whole picture.</summary>
    Rectangle = 6,
    /// <summary>Width and height as two unsigned 32-bit numbers.</summary>
    Size = 7,
    /// <summary>Bytes without further meaning; the count is their number.</summary>
    Bytes = 8,
}

/// <summary>When a control may be set.</summary>
public enum ControlScope : byte
{
    /// <summary>With a request, for exactly one frame and those after it.</summary>
    Frame = 0,
    /// <summary>At any time, without a promise which frame is the first to show it.</summary>
    Global = 1,
    /// <summary>Only while the stream is stopped.</summary>
    Configure = 2,
}

/// <summary>Who says a control's value.</summary>
[Flags]
public enum ControlDirection : byte
{
    /// <summary>The guest sets it.</summary>
    In = 1,
    /// <summary>The camera reports it.</summary>
    Out = 2,
    /// <summary>Both.</summary>
    InOut = 3,
}

/// <summary>Sizes that follow from a control's type.</summary>
public static class ControlTypes
{
    /// <summary>Bytes of one element; 0 for a number that is no type.</summary>
    public static int ElementBytes(this ControlType type) => type switch
    {
        ControlType.Bool or ControlType.UInt8 or ControlType.Bytes => 1,
        ControlType.Int32 or ControlType.Fixed => 4,
        ControlType.Int64 or ControlType.Size => 8,
        ControlType.Rectangle => 16,
        _ => 0,
    };

    /// <summary>True for types whose element is one number (all but rectangle, size and bytes).</summary>
    public static bool IsScalar(this ControlType type) => type is >= ControlType.Bool and <= ControlType.Fixed;
}

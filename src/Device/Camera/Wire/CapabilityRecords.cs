using System.Runtime.InteropServices;

namespace CameraFabric.Device.Camera.Wire;

/// <summary>The <c>type</c> of a record in the capability blob. Readers skip what they do not know.</summary>
public enum CapabilityRecordType : ushort
{
    /// <summary>A stream: <see cref="StreamRecord"/>.</summary>
    Stream = 1,

    /// <summary>A pixel format of a stream: <see cref="FormatRecord"/> and its sizes.</summary>
    Format = 2,

    /// <summary>A control: <see cref="ControlRecord"/> and its menu.</summary>
    Control = 3,

    /// <summary>A vendor's range of control ids: <see cref="VendorRecord"/>.</summary>
    Vendor = 4,

    /// <summary>The calibration, opaque text: <see cref="CalibrationRecord"/> and the text.</summary>
    Calibration = 5,

    /// <summary>The camera: <see cref="CameraRecord"/>.</summary>
    Camera = 6,

    /// <summary>A text that has no field, or does not fit in it: <see cref="TextRecord"/> and the text.</summary>
    Text = 7,
}

/// <summary>The start of every record.</summary>
/// <param name="Type">What follows.</param>
/// <param name="Reserved">0.</param>
/// <param name="Length">The whole record with this, in bytes, a multiple of 8.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct CapabilityRecord(
    [field: FieldOffset(0)] CapabilityRecordType Type,
    [field: FieldOffset(2)] ushort Reserved,
    [field: FieldOffset(4)] uint Length)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary>Body of a STREAM record.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="Role">What it shows.</param>
/// <param name="MinimumBuffers">Buffers needed to stream without loss.</param>
/// <param name="MaximumBuffers">Buffers the device keeps at once.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct StreamRecord(
    [field: FieldOffset(0)] uint StreamId,
    [field: FieldOffset(4)] StreamRole Role,
    [field: FieldOffset(8)] uint MinimumBuffers,
    [field: FieldOffset(12)] uint MaximumBuffers)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

/// <summary>Body of a FORMAT record; <see cref="SizeRecord"/>s follow.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="FourCC">The pixel format's four characters.</param>
/// <param name="Flags">1: compressed.</param>
/// <param name="PlaneCount">Planes.</param>
/// <param name="SizeCount">Sizes that follow.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct FormatRecord(
    [field: FieldOffset(0)] uint StreamId,
    [field: FieldOffset(4)] uint FourCC,
    [field: FieldOffset(8)] uint Flags,
    [field: FieldOffset(12)] uint PlaneCount,
    [field: FieldOffset(16)] uint SizeCount,
    [field: FieldOffset(20)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 24;

    /// <summary>Flag: the format is compressed, <c>bytesused</c> varies from frame to frame.</summary>
    public const uint Compressed = 1;
}

/// <summary>A size, or a range of sizes, of a format.</summary>
/// <param name="MinimumWidth">Pixels.</param>
/// <param name="MinimumHeight">Lines.</param>
/// <param name="MaximumWidth">Pixels.</param>
/// <param name="MaximumHeight">Lines.</param>
/// <param name="StepWidth">Pixels.</param>
/// <param name="StepHeight">Lines.</param>
/// <param name="ShortestNumerator">Shortest frame interval in seconds: numerator.</param>
/// <param name="ShortestDenominator">Denominator.</param>
/// <param name="LongestNumerator">Longest frame interval in seconds: numerator.</param>
/// <param name="LongestDenominator">Denominator.</param>
/// <param name="MaximumBytes">Bytes of the largest frame.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct SizeRecord(
    [field: FieldOffset(0)] uint MinimumWidth,
    [field: FieldOffset(4)] uint MinimumHeight,
    [field: FieldOffset(8)] uint MaximumWidth,
    [field: FieldOffset(12)] uint MaximumHeight,
    [field: FieldOffset(16)] uint StepWidth,
    [field: FieldOffset(20)] uint StepHeight,
    [field: FieldOffset(24)] uint ShortestNumerator,
    [field: FieldOffset(28)] uint ShortestDenominator,
    [field: FieldOffset(32)] uint LongestNumerator,
    [field: FieldOffset(36)] uint LongestDenominator,
    [field: FieldOffset(40)] uint MaximumBytes,
    [field: FieldOffset(44)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 48;
}

/// <summary>Body of a CONTROL record; <see cref="MenuRecord"/>s follow.</summary>
/// <param name="Id">The control.</param>
/// <param name="Type">Type of its elements, as in a control packet.</param>
/// <param name="Direction">1 the driver sets it, 2 the device reports it, 3 both.</param>
/// <param name="Scope">0 frame, 1 global, 2 configure.</param>
/// <param name="Flags">1: a trigger, carried out once in its frame and not kept.</param>
/// <param name="MinimumCount">Fewest elements.</param>
/// <param name="MaximumCount">Most elements.</param>
/// <param name="DelayFrames">Frames from writing it to its effect.</param>
/// <param name="Minimum">Least value of an element.</param>
/// <param name="Maximum">Largest value of an element.</param>
/// <param name="Default">Value from the start.</param>
/// <param name="Step">Values are the minimum and multiples of this above it; 0 and 1 for all.</param>
/// <param name="Name">Name, UTF-8.</param>
/// <param name="Unit">Unit, UTF-8.</param>
/// <param name="MenuCount">Named values that follow.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct ControlRecord(
    [field: FieldOffset(0)] uint Id,
    [field: FieldOffset(4)] byte Type,
    [field: FieldOffset(5)] byte Direction,
    [field: FieldOffset(6)] byte Scope,
    [field: FieldOffset(7)] byte Flags,
    [field: FieldOffset(8)] ushort MinimumCount,
    [field: FieldOffset(10)] ushort MaximumCount,
    [field: FieldOffset(12)] uint DelayFrames,
    [field: FieldOffset(16)] long Minimum,
    [field: FieldOffset(24)] long Maximum,
    [field: FieldOffset(32)] long Default,
    [field: FieldOffset(40)] long Step,
    [field: FieldOffset(48)] Text32 Name,
    [field: FieldOffset(80)] Text16 Unit,
    [field: FieldOffset(96)] uint MenuCount,
    [field: FieldOffset(100)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 104;

    /// <summary>Flag: carried out once in the frame it is asked for, and not kept.</summary>
    public const byte Trigger = 1;
}

/// <summary>A named value of a control.</summary>
/// <param name="Value">The value.</param>
/// <param name="Name">Its name, UTF-8.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct MenuRecord(
    [field: FieldOffset(0)] long Value,
    [field: FieldOffset(8)] Text32 Name)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 40;
}

/// <summary>Body of a VENDOR record.</summary>
/// <param name="Namespace">Index: ids 0x80000000 | index &lt;&lt; 16 | n are this vendor's.</param>
/// <param name="Reserved">0.</param>
/// <param name="Uuid">The vendor's namespace.</param>
/// <param name="Name">Name, UTF-8.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct VendorRecord(
    [field: FieldOffset(0)] uint Namespace,
    [field: FieldOffset(4)] uint Reserved,
    [field: FieldOffset(8)] WireUuid Uuid,
    [field: FieldOffset(24)] Text48 Name)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 72;
}

/// <summary>Body of a CALIBRATION record; UTF-8 text follows.</summary>
/// <param name="TextBytes">Size of the text.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct CalibrationRecord(
    [field: FieldOffset(0)] uint TextBytes,
    [field: FieldOffset(4)] uint Reserved)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary>Body of a CAMERA record.</summary>
/// <param name="Model">Model, UTF-8.</param>
/// <param name="PipelineDepth">Frames from a request to its frame, typically.</param>
/// <param name="TimeBase">1: the host's CLOCK_MONOTONIC; 0: another, named by a TEXT record.</param>
/// <param name="MaximumInFlight">Requests the device holds at once.</param>
/// <param name="MaximumBuffers">Buffers the device keeps at once.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct CameraRecord(
    [field: FieldOffset(0)] Text64 Model,
    [field: FieldOffset(64)] uint PipelineDepth,
    [field: FieldOffset(68)] uint TimeBase,
    [field: FieldOffset(72)] uint MaximumInFlight,
    [field: FieldOffset(76)] uint MaximumBuffers)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 80;
}

/// <summary>What a TEXT record names.</summary>
public enum CapabilityTextKind : uint
{
    /// <summary>The description of control <c>id</c>.</summary>
    ControlDescription = 1,

    /// <summary>The whole name of control <c>id</c>.</summary>
    ControlName = 2,

    /// <summary>The whole unit of control <c>id</c>.</summary>
    ControlUnit = 3,

    /// <summary>The whole name of entry <c>index</c> in the menu of control <c>id</c>.</summary>
    MenuName = 4,

    /// <summary>The whole name of vendor namespace <c>id</c>.</summary>
    VendorName = 5,

    /// <summary>The whole name of the camera.</summary>
    CameraName = 6,

    /// <summary>The whole model of the camera.</summary>
    CameraModel = 7,

    /// <summary>The time base, when it is not the host's CLOCK_MONOTONIC.</summary>
    TimeBase = 8,
}

/// <summary>Body of a TEXT record; UTF-8 text follows.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Id">By kind.</param>
/// <param name="Index">By kind.</param>
/// <param name="TextBytes">Size of the text.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct TextRecord(
    [field: FieldOffset(0)] CapabilityTextKind Kind,
    [field: FieldOffset(4)] uint Id,
    [field: FieldOffset(8)] uint Index,
    [field: FieldOffset(12)] uint TextBytes)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 16;
}

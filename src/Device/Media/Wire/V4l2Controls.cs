using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Media.Wire;

/// <summary><c>struct v4l2_query_ext_ctrl</c>.</summary>
/// <param name="Id">Which one; in the question with <see cref="V4l2ControlFlags.NextControl"/> or NextCompound.</param>
/// <param name="Type">Its type.</param>
/// <param name="Name">For people.</param>
/// <param name="Minimum">Least value.</param>
/// <param name="Maximum">Greatest value.</param>
/// <param name="Step">From one value to the next.</param>
/// <param name="Default">Its value in the beginning.</param>
/// <param name="Flags">What is to be known.</param>
/// <param name="ElementSize">Bytes of an element.</param>
/// <param name="Elements">How many elements.</param>
/// <param name="Dimensions">Of how many dimensions an array is.</param>
/// <param name="Sizes">The dimensions.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2QueryExtendedControl(
    [field: FieldOffset(0)] uint Id,
    [field: FieldOffset(4)] V4l2ControlType Type,
    [field: FieldOffset(8)] Text32 Name,
    [field: FieldOffset(40)] long Minimum,
    [field: FieldOffset(48)] long Maximum,
    [field: FieldOffset(56)] ulong Step,
    [field: FieldOffset(64)] long Default,
    [field: FieldOffset(72)] V4l2ControlFlags Flags,
    [field: FieldOffset(76)] uint ElementSize,
    [field: FieldOffset(80)] uint Elements,
    [field: FieldOffset(84)] uint Dimensions,
    [field: FieldOffset(88)] PlaneNumbers Sizes)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 232;
}

/// <summary><c>struct v4l2_querymenu</c>, packed.</summary>
/// <param name="Id">Which control.</param>
/// <param name="Index">Which entry.</param>
/// <param name="Name">The entry's name.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2QueryMenu(
    [field: FieldOffset(0)] uint Id,
    [field: FieldOffset(4)] uint Index,
    [field: FieldOffset(8)] Text32 Name)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 44;
}

/// <summary><c>struct v4l2_ext_control</c>, packed.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Size">Bytes behind the pointer; 0 for a plain value.</param>
/// <param name="Value">The value, or the pointer. A plain 32-bit value has only the lower half.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes, Pack = 1)]
public readonly record struct V4l2ExtendedControl(
    [field: FieldOffset(0)] uint Id,
    [field: FieldOffset(4)] uint Size,
    [field: FieldOffset(12)] long Value)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 20;
}

/// <summary><c>struct v4l2_ext_controls</c>; the controls follow it.</summary>
/// <param name="Which">0 the current values, 0x0f000000 the defaults, or a class.</param>
/// <param name="Count">How many.</param>
/// <param name="ErrorIndex">Which one was wrong; <paramref name="Count"/> if it was none in particular.</param>
/// <param name="RequestDescriptor">Of a media request; not offered.</param>
/// <param name="Pointer">The driver's own.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2ExtendedControls(
    [field: FieldOffset(0)] uint Which,
    [field: FieldOffset(4)] uint Count,
    [field: FieldOffset(8)] uint ErrorIndex,
    [field: FieldOffset(12)] int RequestDescriptor,
    [field: FieldOffset(24)] ulong Pointer)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 32;

    /// <summary>V4L2_CTRL_WHICH_CUR_VAL.</summary>
    public const uint Current = 0;

    /// <summary>V4L2_CTRL_WHICH_DEF_VAL.</summary>
    public const uint Defaults = 0x0f000000;
}

/// <summary><c>struct v4l2_event</c>, whose union is here that of a control, or of a change of the source in its first number.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Control">What changed.</param>
/// <param name="Pending">Events behind it; the driver counts them itself.</param>
/// <param name="Sequence">Number of the event.</param>
/// <param name="Seconds">When.</param>
/// <param name="Nanoseconds">Its fraction.</param>
/// <param name="Id">Of which control.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2Event(
    [field: FieldOffset(0)] V4l2EventType Type,
    [field: FieldOffset(8)] V4l2ControlEvent Control,
    [field: FieldOffset(72)] uint Pending,
    [field: FieldOffset(76)] uint Sequence,
    [field: FieldOffset(80)] long Seconds,
    [field: FieldOffset(88)] long Nanoseconds,
    [field: FieldOffset(96)] uint Id)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 136;
}

/// <summary><c>struct v4l2_event_ctrl</c>.</summary>
/// <param name="Changes">What changed.</param>
/// <param name="Type">The control's type.</param>
/// <param name="Value">Its value.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="Minimum">Least value.</param>
/// <param name="Maximum">Greatest value.</param>
/// <param name="Step">From one value to the next.</param>
/// <param name="Default">Its value in the beginning.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2ControlEvent(
    [field: FieldOffset(0)] V4l2ControlChanges Changes,
    [field: FieldOffset(4)] V4l2ControlType Type,
    [field: FieldOffset(8)] long Value,
    [field: FieldOffset(16)] V4l2ControlFlags Flags,
    [field: FieldOffset(20)] int Minimum,
    [field: FieldOffset(24)] int Maximum,
    [field: FieldOffset(28)] int Step,
    [field: FieldOffset(32)] int Default)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 40;
}

/// <summary><c>struct v4l2_event_subscription</c>.</summary>
/// <param name="Type">What to be told of.</param>
/// <param name="Id">Of which control.</param>
/// <param name="Flags">How.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2EventSubscription(
    [field: FieldOffset(0)] V4l2EventType Type,
    [field: FieldOffset(4)] uint Id,
    [field: FieldOffset(8)] V4l2SubscriptionFlags Flags)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 32;
}

/// <summary><c>struct v4l2_queryctrl</c>, of drivers before Linux 6.15.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Type">Its type.</param>
/// <param name="Name">For people.</param>
/// <param name="Minimum">Least value.</param>
/// <param name="Maximum">Greatest value.</param>
/// <param name="Step">From one value to the next.</param>
/// <param name="Default">Its value in the beginning.</param>
/// <param name="Flags">What is to be known.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2QueryControl(
    [field: FieldOffset(0)] uint Id,
    [field: FieldOffset(4)] V4l2ControlType Type,
    [field: FieldOffset(8)] Text32 Name,
    [field: FieldOffset(40)] int Minimum,
    [field: FieldOffset(44)] int Maximum,
    [field: FieldOffset(48)] int Step,
    [field: FieldOffset(52)] int Default,
    [field: FieldOffset(56)] V4l2ControlFlags Flags)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 68;
}

/// <summary><c>struct v4l2_control</c>, of drivers before Linux 6.15.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Value">Its value.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2Control([field: FieldOffset(0)] uint Id, [field: FieldOffset(4)] int Value)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Media.Wire;

/// <summary><c>struct v4l2_pix_format</c>.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Rows.</param>
/// <param name="PixelFormat">The fourcc.</param>
/// <param name="Field">V4L2_FIELD_NONE is 1.</param>
/// <param name="BytesPerLine">Of the first plane.</param>
/// <param name="SizeImage">Bytes of a frame.</param>
/// <param name="ColorSpace">V4L2_COLORSPACE_*.</param>
/// <param name="Private"><see cref="ExtendedMagic"/> where the fields behind it count.</param>
/// <param name="Flags">V4L2_PIX_FMT_FLAG_*.</param>
/// <param name="Encoding">V4L2_YCBCR_ENC_*.</param>
/// <param name="Quantization">V4L2_QUANTIZATION_*.</param>
/// <param name="TransferFunction">V4L2_XFER_FUNC_*.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2PixelFormat(
    [field: FieldOffset(0)] uint Width,
    [field: FieldOffset(4)] uint Height,
    [field: FieldOffset(8)] uint PixelFormat,
    [field: FieldOffset(12)] uint Field,
    [field: FieldOffset(16)] uint BytesPerLine,
    [field: FieldOffset(20)] uint SizeImage,
    [field: FieldOffset(24)] uint ColorSpace,
    [field: FieldOffset(28)] uint Private,
    [field: FieldOffset(32)] uint Flags,
    [field: FieldOffset(36)] uint Encoding,
    [field: FieldOffset(40)] uint Quantization,
    [field: FieldOffset(44)] uint TransferFunction)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 48;

    /// <summary>V4L2_PIX_FMT_PRIV_MAGIC.</summary>
    public const uint ExtendedMagic = 0xfeedcafe;
}

/// <summary><c>struct v4l2_format</c> with a single-planar format.</summary>
/// <param name="Type">Whose.</param>
/// <param name="Pixels">The format.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2Format(
    [field: FieldOffset(0)] V4l2BufferType Type,
    [field: FieldOffset(8)] V4l2PixelFormat Pixels)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 208;
}

/// <summary><c>struct v4l2_fmtdesc</c>.</summary>
/// <param name="Index">Which one.</param>
/// <param name="Type">Whose.</param>
/// <param name="Flags">1 compressed.</param>
/// <param name="Description">For people.</param>
/// <param name="PixelFormat">The fourcc.</param>
/// <param name="MediaBusCode">Only formats of this bus format; not used.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2FormatDescription(
    [field: FieldOffset(0)] uint Index,
    [field: FieldOffset(4)] V4l2BufferType Type,
    [field: FieldOffset(8)] uint Flags,
    [field: FieldOffset(12)] Text32 Description,
    [field: FieldOffset(44)] uint PixelFormat,
    [field: FieldOffset(48)] uint MediaBusCode)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 64;

    /// <summary>V4L2_FMT_FLAG_COMPRESSED.</summary>
    public const uint Compressed = 1;
}

/// <summary><c>struct v4l2_frmsizeenum</c>; a discrete size has only the first two of the numbers.</summary>
/// <param name="Index">Which one.</param>
/// <param name="PixelFormat">The fourcc.</param>
/// <param name="Type">1 discrete, 3 stepwise.</param>
/// <param name="MinimumWidth">Pixels; a discrete size's width.</param>
/// <param name="MaximumWidth">Pixels; a discrete size's height.</param>
/// <param name="StepWidth">Pixels.</param>
/// <param name="MinimumHeight">Rows.</param>
/// <param name="MaximumHeight">Rows.</param>
/// <param name="StepHeight">Rows.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2FrameSizes(
    [field: FieldOffset(0)] uint Index,
    [field: FieldOffset(4)] uint PixelFormat,
    [field: FieldOffset(8)] uint Type,
    [field: FieldOffset(12)] uint MinimumWidth,
    [field: FieldOffset(16)] uint MaximumWidth,
    [field: FieldOffset(20)] uint StepWidth,
    [field: FieldOffset(24)] uint MinimumHeight,
    [field: FieldOffset(28)] uint MaximumHeight,
    [field: FieldOffset(32)] uint StepHeight)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 44;

    /// <summary>V4L2_FRMSIZE_TYPE_DISCRETE, V4L2_FRMIVAL_TYPE_DISCRETE.</summary>
    public const uint Discrete = 1;

    /// <summary>V4L2_FRMIVAL_TYPE_CONTINUOUS.</summary>
    public const uint Continuous = 2;

    /// <summary>V4L2_FRMSIZE_TYPE_STEPWISE.</summary>
    public const uint Stepwise = 3;
}

/// <summary><c>struct v4l2_frmivalenum</c>; a discrete interval has only the first fraction.</summary>
/// <param name="Index">Which one.</param>
/// <param name="PixelFormat">The fourcc.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Rows.</param>
/// <param name="Type">1 discrete, 2 continuous.</param>
/// <param name="Minimum">The shortest interval.</param>
/// <param name="Maximum">The longest.</param>
/// <param name="Step">From one to the next; 1/1 where it is continuous.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2FrameIntervals(
    [field: FieldOffset(0)] uint Index,
    [field: FieldOffset(4)] uint PixelFormat,
    [field: FieldOffset(8)] uint Width,
    [field: FieldOffset(12)] uint Height,
    [field: FieldOffset(16)] uint Type,
    [field: FieldOffset(20)] V4l2Fraction Minimum,
    [field: FieldOffset(28)] V4l2Fraction Maximum,
    [field: FieldOffset(36)] V4l2Fraction Step)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 52;
}

/// <summary><c>struct v4l2_fract</c>.</summary>
/// <param name="Numerator">Of seconds.</param>
/// <param name="Denominator">Of seconds.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2Fraction([field: FieldOffset(0)] uint Numerator, [field: FieldOffset(4)] uint Denominator)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 8;
}

/// <summary><c>struct v4l2_streamparm</c> of a capture device.</summary>
/// <param name="Type">Whose.</param>
/// <param name="Capability">V4L2_CAP_TIMEPERFRAME is 0x1000.</param>
/// <param name="CaptureMode">0.</param>
/// <param name="TimePerFrame">The frame interval.</param>
/// <param name="ExtendedMode">0.</param>
/// <param name="ReadBuffers">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2StreamParameters(
    [field: FieldOffset(0)] V4l2BufferType Type,
    [field: FieldOffset(4)] uint Capability,
    [field: FieldOffset(8)] uint CaptureMode,
    [field: FieldOffset(12)] V4l2Fraction TimePerFrame,
    [field: FieldOffset(20)] uint ExtendedMode,
    [field: FieldOffset(24)] uint ReadBuffers)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 204;

    /// <summary>V4L2_CAP_TIMEPERFRAME.</summary>
    public const uint CanSetTimePerFrame = 0x1000;
}

/// <summary><c>struct v4l2_input</c>.</summary>
/// <param name="Index">Which one.</param>
/// <param name="Name">For people.</param>
/// <param name="Type">V4L2_INPUT_TYPE_CAMERA is 2.</param>
/// <param name="Status">What is wrong with it: 2 no signal.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct V4l2Input(
    [field: FieldOffset(0)] uint Index,
    [field: FieldOffset(4)] Text32 Name,
    [field: FieldOffset(36)] uint Type,
    [field: FieldOffset(56)] uint Status)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 80;

    /// <summary>V4L2_INPUT_TYPE_CAMERA.</summary>
    public const uint Camera = 2;

    /// <summary>V4L2_IN_ST_NO_SIGNAL.</summary>
    public const uint NoSignal = 2;
}

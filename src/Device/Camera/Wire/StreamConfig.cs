using System.Runtime.InteropServices;

namespace CameraFabric.Device.Camera.Wire;

/// <summary><c>struct virtio_camera_stream_cfg</c>: one stream of a configuration, as wanted or as given.</summary>
/// <param name="StreamId">The stream, from the capability blob.</param>
/// <param name="Role">What it shows; the device fills it in.</param>
/// <param name="FourCC">The pixel format's four characters.</param>
/// <param name="ModifierLow">Lower half of a DRM format modifier; 0 for linear.</param>
/// <param name="ModifierHigh">Upper half.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Lines.</param>
/// <param name="PlaneCount">Planes in use; the device fills it in.</param>
/// <param name="Stride">Bytes from line to line, plane by plane; the device fills it in.</param>
/// <param name="PlaneSize">Bytes a buffer must hold, plane by plane; the device fills it in.</param>
/// <param name="MinimumBuffers">Buffers needed to stream without loss; the device fills it in.</param>
/// <param name="MaximumBuffers">Buffers the device keeps at once; the device fills it in.</param>
/// <param name="IntervalNumerator">Time from frame to frame in seconds: numerator.</param>
/// <param name="IntervalDenominator">Denominator; 0/0 leaves it to the device.</param>
/// <param name="ColorSpace">V4L2 colour space; 0 leaves it to the device.</param>
/// <param name="Flags">0.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct StreamConfig(
    [field: FieldOffset(0)] uint StreamId,
    [field: FieldOffset(4)] StreamRole Role,
    [field: FieldOffset(8)] uint FourCC,
    [field: FieldOffset(12)] uint ModifierLow,
    [field: FieldOffset(16)] uint ModifierHigh,
    [field: FieldOffset(20)] uint Width,
    [field: FieldOffset(24)] uint Height,
    [field: FieldOffset(28)] uint PlaneCount,
    [field: FieldOffset(32)] PlaneNumbers Stride,
    [field: FieldOffset(48)] PlaneNumbers PlaneSize,
    [field: FieldOffset(64)] uint MinimumBuffers,
    [field: FieldOffset(68)] uint MaximumBuffers,
    [field: FieldOffset(72)] uint IntervalNumerator,
    [field: FieldOffset(76)] uint IntervalDenominator,
    [field: FieldOffset(80)] uint ColorSpace,
    [field: FieldOffset(84)] uint Flags)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 88;
}

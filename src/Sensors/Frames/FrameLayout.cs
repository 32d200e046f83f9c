using System.Collections.Immutable;

namespace CameraFabric.Sensors.Frames;

/// <summary>Where one plane lies in a frame.</summary>
/// <param name="Offset">Bytes from the frame's first byte.</param>
/// <param name="Stride">Bytes from one row to the next; 0 for compressed formats.</param>
/// <param name="Rows">Rows of the plane; 0 for compressed formats.</param>
/// <param name="Bytes">Bytes of the plane.</param>
public readonly record struct PlaneLayout(int Offset, int Stride, int Rows, int Bytes);

/// <summary>Exact memory layout of a frame, made by <see cref="PixelFormat.Layout"/>. The planes follow one another without gaps.</summary>
/// <param name="Format">The pixel format.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Planes">The planes, in order.</param>
/// <param name="TotalBytes">Bytes of the whole frame; the most a compressed frame can have.</param>
public sealed record FrameLayout(PixelFormat Format, int Width, int Height, ImmutableArray<PlaneLayout> Planes, int TotalBytes)
{
    /// <summary>Layouts are equal when format, size and planes are.</summary>
    public bool Equals(FrameLayout? other) => other is not null && Format == other.Format && Width == other.Width && Height == other.Height
        && TotalBytes == other.TotalBytes && Planes.AsSpan().SequenceEqual(other.Planes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Format.FourCC, Width, Height, TotalBytes);

    /// <summary>Such as "NV12 1920x1080".</summary>
    public override string ToString() => $"{Format.Name} {Width}x{Height}";
}

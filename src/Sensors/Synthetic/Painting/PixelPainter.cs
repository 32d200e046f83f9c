using System.Collections.Frozen;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Synthetic.Painting;

/// <summary>
/// Writes runs of one colour into frames of one family of pixel formats, and reads a single pixel back. Stateless: one object serves every
/// frame of its format on every thread.
/// </summary>
/// <remarks>
/// Where a format has one colour sample for two or four pixels, it is that of the pixel with even column and row, so that a run
/// needs to know nothing of its neighbours.
/// </remarks>
internal abstract class PixelPainter
{
    private static readonly FrozenDictionary<uint, PixelPainter> ByFormat = PainterCatalogue.All();

    /// <summary>The painter of a format; false for a compressed or unknown one.</summary>
    public static bool TryGet(FourCC format, out PixelPainter painter) => ByFormat.TryGetValue(format.Value, out painter!);

    /// <summary>Fills the pixels [<paramref name="x0"/>, <paramref name="x1"/>) of row <paramref name="y"/>.</summary>
    /// <param name="layout">Where the planes lie.</param>
    /// <param name="frame">The whole frame.</param>
    /// <param name="y">A row of the picture.</param>
    /// <param name="x0">The first column.</param>
    /// <param name="x1">The column after the last one; more than <paramref name="x0"/>.</param>
    /// <param name="tone">The colour.</param>
    public abstract void FillRun(FrameLayout layout, Span<byte> frame, int y, int x0, int x1, in Tone tone);

    /// <summary>How bright a pixel is, from 0 to 255 (the range itself may be narrower, as the format has it).</summary>
    public abstract int Level(FrameLayout layout, ReadOnlySpan<byte> frame, int x, int y);

    /// <summary>The bytes of a row of a plane from a given column on.</summary>
    protected static Span<byte> Row(PlaneLayout plane, Span<byte> frame, int row) =>
        frame.Slice(plane.Offset + (row * plane.Stride), plane.Stride);

    /// <inheritdoc cref="Row(PlaneLayout, Span{byte}, int)"/>
    protected static ReadOnlySpan<byte> Row(PlaneLayout plane, ReadOnlySpan<byte> frame, int row) =>
        frame.Slice(plane.Offset + (row * plane.Stride), plane.Stride);
}

using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Synthetic.Painting;

/// <summary>
/// One sample a pixel: behind a Bayer mosaic of any order, or grey everywhere, or depth. The packing is a <see cref="SamplePacking"/>.
/// </summary>
/// <param name="order">What the four pixels of a 2x2 block see, from the upper left one, row by row.</param>
/// <param name="packing">How samples become bytes.</param>
internal sealed class MosaicPainter(MosaicOrder order, SamplePacking packing) : PixelPainter
{
    private readonly MosaicOrder _order = order;
    private readonly SamplePacking _packing = packing;

    public override void FillRun(FrameLayout layout, Span<byte> frame, int y, int x0, int x1, in Tone tone)
    {
        var (even, odd) = (y & 1) == 0 ? (_order.UpperLeft, _order.UpperRight) : (_order.LowerLeft, _order.LowerRight);
        _packing.Fill(Row(layout.Planes[0], frame, y), x0, x1, Value(even, tone), Value(odd, tone));
    }

    public override int Level(FrameLayout layout, ReadOnlySpan<byte> frame, int x, int y) =>
        _packing.Level(Row(layout.Planes[0], frame, y), x);

    private static ushort Value(MosaicColour colour, in Tone tone) => colour switch
    {
        MosaicColour.Red => tone.Red,
        MosaicColour.Green => tone.Green,
        MosaicColour.Blue => tone.Blue,
        MosaicColour.Depth => tone.Depth,
        _ => tone.Grey,
    };
}

/// <summary>What one pixel of a mosaic sees.</summary>
internal enum MosaicColour : byte
{
    Grey,
    Red,
    Green,
    Blue,
    Depth,
}

/// <summary>The 2x2 block that a mosaic repeats.</summary>
internal readonly record struct MosaicOrder(MosaicColour UpperLeft, MosaicColour UpperRight, MosaicColour LowerLeft,
    MosaicColour LowerRight)
{
    public static MosaicOrder Rggb { get; } = new(MosaicColour.Red, MosaicColour.Green, MosaicColour.Green, MosaicColour.Blue);

    public static MosaicOrder Bggr { get; } = new(MosaicColour.Blue, MosaicColour.Green, MosaicColour.Green, MosaicColour.Red);

    public static MosaicOrder Gbrg { get; } = new(MosaicColour.Green, MosaicColour.Blue, MosaicColour.Red, MosaicColour.Green);

    public static MosaicOrder Grbg { get; } = new(MosaicColour.Green, MosaicColour.Red, MosaicColour.Blue, MosaicColour.Green);

    /// <summary>The same in all four places.</summary>
    public static MosaicOrder Uniform(MosaicColour colour) => new(colour, colour, colour, colour);
}

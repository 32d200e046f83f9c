using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Synthetic.Painting;

/// <summary>YU12, 422P and the like: a plane each for luma, Cb and Cr, 8 bits a sample.</summary>
/// <param name="columnShift">1 when there is one colour sample for two columns.</param>
/// <param name="rowShift">1 when there is one row of colour samples for two rows.</param>
internal sealed class PlanarPainter(int columnShift, int rowShift) : PixelPainter
{
    private readonly int _columnShift = columnShift;
    private readonly int _rowShift = rowShift;

    public override void FillRun(FrameLayout layout, Span<byte> frame, int y, int x0, int x1, in Tone tone)
    {
        Row(layout.Planes[0], frame, y)[x0..x1].Fill((byte)Tone.Rounded(tone.Luma, 8));
        if ((y & _rowShift) != 0) return;
        var (c0, c1) = ((x0 + _columnShift) >> _columnShift, (x1 + _columnShift) >> _columnShift);
        Row(layout.Planes[1], frame, y >> _rowShift)[c0..c1].Fill((byte)Tone.Rounded(tone.Cb, 8));
        Row(layout.Planes[2], frame, y >> _rowShift)[c0..c1].Fill((byte)Tone.Rounded(tone.Cr, 8));
    }

    public override int Level(FrameLayout layout, ReadOnlySpan<byte> frame, int x, int y) => Row(layout.Planes[0], frame, y)[x];
}

using System.Runtime.InteropServices;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Synthetic.Painting;

/// <summary>NV12 (8 bits) and P010 (10 bits at the top of 16): a plane of luma and one of interleaved Cb and Cr at half the size.</summary>
internal sealed class SemiPlanarPainter(bool wide) : PixelPainter
{
    private readonly bool _wide = wide;

    public override void FillRun(FrameLayout layout, Span<byte> frame, int y, int x0, int x1, in Tone tone)
    {
        var luma = Row(layout.Planes[0], frame, y);
        if (_wide) MemoryMarshal.Cast<byte, ushort>(luma)[x0..x1].Fill(Ten(tone.Luma));
        else luma[x0..x1].Fill((byte)Tone.Rounded(tone.Luma, 8));
        if ((y & 1) != 0) return;

        var chroma = Row(layout.Planes[1], frame, y >> 1);
        var (c0, c1) = ((x0 + 1) >> 1, (x1 + 1) >> 1);
        if (_wide) MemoryMarshal.Cast<byte, uint>(chroma)[c0..c1].Fill(Ten(tone.Cb) | ((uint)Ten(tone.Cr) << 16));
        else MemoryMarshal.Cast<byte, ushort>(chroma)[c0..c1].Fill((ushort)(Tone.Rounded(tone.Cb, 8) | (Tone.Rounded(tone.Cr, 8) << 8)));
    }

    public override int Level(FrameLayout layout, ReadOnlySpan<byte> frame, int x, int y) =>
        _wide ? Row(layout.Planes[0], frame, y)[(2 * x) + 1] : Row(layout.Planes[0], frame, y)[x];

    private static ushort Ten(ushort value) => (ushort)(Tone.Rounded(value, 10) << 6);
}

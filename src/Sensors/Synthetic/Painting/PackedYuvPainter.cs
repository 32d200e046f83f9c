using System.Runtime.InteropServices;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Synthetic.Painting;

/// <summary>YUYV and UYVY: two pixels in four bytes that share one Cb and one Cr.</summary>
/// <param name="lumaFirst">True for YUYV.</param>
internal sealed class PackedYuvPainter(bool lumaFirst) : PixelPainter
{
    private readonly int _lumaAt = lumaFirst ? 0 : 1;

    public override void FillRun(FrameLayout layout, Span<byte> frame, int y, int x0, int x1, in Tone tone)
    {
        var row = Row(layout.Planes[0], frame, y);
        var (luma, cb, cr) = ((byte)Tone.Rounded(tone.Luma, 8), (byte)Tone.Rounded(tone.Cb, 8), (byte)Tone.Rounded(tone.Cr, 8));
        if ((x0 & 1) != 0) row[(2 * x0++) + _lumaAt] = luma;
        if (x0 >= x1) return;

        var pair = _lumaAt == 0
            ? luma | ((uint)cb << 8) | ((uint)luma << 16) | ((uint)cr << 24)
            : cb | ((uint)luma << 8) | ((uint)cr << 16) | ((uint)luma << 24);
        MemoryMarshal.Cast<byte, uint>(row)[(x0 >> 1)..(x1 >> 1)].Fill(pair);
        if ((x1 & 1) == 0) return;

        var last = 2 * (x1 - 1);
        row[last + _lumaAt] = luma;
        row[last + 1 - _lumaAt] = cb;
        row[last + 3 - _lumaAt] = cr;
    }

    public override int Level(FrameLayout layout, ReadOnlySpan<byte> frame, int x, int y) =>
        Row(layout.Planes[0], frame, y)[(2 * x) + _lumaAt];
}

using CameraFabric.Sensors.Frames;

namespace CameraFabric.Hosting.Snapshots;

/// <summary>
/// Turns a frame of any uncompressed format into 8-bit RGB for looking at: BT.601 limited range for YCbCr, the nearest colour
/// sites for Bayer, the high eight bits of everything deeper. Made to be right and short, not fast: it serves snapshots.
/// </summary>
public static class RgbConversion
{
    /// <summary>Converts a whole frame.</summary>
    /// <param name="layout">The frame's shape.</param>
    /// <param name="pixels">Its bytes, <see cref="FrameLayout.TotalBytes"/> of them.</param>
    /// <returns>3 x width x height bytes: red, green, blue, row by row.</returns>
    /// <exception cref="NotSupportedException">The format is compressed.</exception>
    public static byte[] Convert(FrameLayout layout, ReadOnlySpan<byte> pixels)
    {
        var rgb = new byte[3 * layout.Width * layout.Height];
        var fourcc = layout.Format.FourCC.ToString();
        switch (fourcc)
        {
            case "NV12": case "P010": case "YU12": case "422P": PlanarYuv(layout, pixels, fourcc, rgb); break;
            case "YUYV": case "UYVY": PackedYuv(layout, pixels, lumaFirst: fourcc == "YUYV", rgb); break;
            case "RGB3": case "BGR3": PackedRgb(layout, pixels, redFirst: fourcc == "RGB3", rgb); break;
            case "GREY": Grey(layout, pixels, step: 1, high: 0, rgb); break;
            case "Z16 ": Grey(layout, pixels, step: 2, high: 1, rgb); break;
            default:
                if (BayerPattern.For(fourcc) is not { } bayer) throw new NotSupportedException($"a snapshot of {layout.Format.Name} is not possible: only uncompressed formats can be shown");
                bayer.ToRgb(layout, pixels, rgb);
                break;
        }

        return rgb;
    }

    private static void PlanarYuv(FrameLayout layout, ReadOnlySpan<byte> pixels, string fourcc, Span<byte> rgb)
    {
        var planes = layout.Planes;
        var (bytes, high) = fourcc == "P010" ? (2, 1) : (1, 0);
        var rowShift = fourcc == "422P" ? 0 : 1;
        for (var y = 0; y < layout.Height; y++)
        {
            for (var x = 0; x < layout.Width; x++)
            {
                int luma = pixels[planes[0].Offset + y * planes[0].Stride + x * bytes + high];
                int cb, cr;
                if (planes.Length == 2)
                {
                    var at = planes[1].Offset + (y >> rowShift) * planes[1].Stride + (x & ~1) * bytes;
                    (cb, cr) = (pixels[at + high], pixels[at + bytes + high]);
                }
                else
                {
                    cb = pixels[planes[1].Offset + (y >> rowShift) * planes[1].Stride + (x >> 1)];
                    cr = pixels[planes[2].Offset + (y >> rowShift) * planes[2].Stride + (x >> 1)];
                }

                Put(rgb, 3 * (y * layout.Width + x), luma, cb, cr);
            }
        }
    }

    private static void PackedYuv(FrameLayout layout, ReadOnlySpan<byte> pixels, bool lumaFirst, Span<byte> rgb)
    {
        var (luma, chroma) = lumaFirst ? (0, 1) : (1, 0);
        for (var y = 0; y < layout.Height; y++)
        {
            var row = pixels.Slice(layout.Planes[0].Offset + y * layout.Planes[0].Stride, 2 * layout.Width);
            for (var x = 0; x < layout.Width; x++)
            {
                var pair = (x & ~1) * 2;
                Put(rgb, 3 * (y * layout.Width + x), row[2 * x + luma], row[pair + chroma], row[pair + 2 + chroma]);
            }
        }
    }

    private static void PackedRgb(FrameLayout layout, ReadOnlySpan<byte> pixels, bool redFirst, Span<byte> rgb)
    {
        for (var y = 0; y < layout.Height; y++)
        {
            var row = pixels.Slice(layout.Planes[0].Offset + y * layout.Planes[0].Stride, 3 * layout.Width);
            var target = rgb.Slice(3 * y * layout.Width, 3 * layout.Width);
            row.CopyTo(target);
            if (redFirst) continue;
            for (var x = 0; x < target.Length; x += 3) (target[x], target[x + 2]) = (target[x + 2], target[x]);
        }
    }

    private static void Grey(FrameLayout layout, ReadOnlySpan<byte> pixels, int step, int high, Span<byte> rgb)
    {
        for (var y = 0; y < layout.Height; y++)
        {
            for (var x = 0; x < layout.Width; x++)
                rgb.Slice(3 * (y * layout.Width + x), 3).Fill(pixels[layout.Planes[0].Offset + y * layout.Planes[0].Stride + x * step + high]);
        }
    }

    private static void Put(Span<byte> rgb, int at, int luma, int cb, int cr)
    {
        var (y, u, v) = (298 * (luma - 16) + 128, cb - 128, cr - 128);
        rgb[at] = Clamp((y + 409 * v) >> 8);
        rgb[at + 1] = Clamp((y - 100 * u - 208 * v) >> 8);
        rgb[at + 2] = Clamp((y + 516 * u) >> 8);
    }

    private static byte Clamp(int value) => (byte)Math.Clamp(value, 0, 255);
}

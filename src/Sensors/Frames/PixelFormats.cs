using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace CameraFabric.Sensors.Frames;

/// <summary>The pixel formats that the frame path knows.</summary>
public static class PixelFormats
{
    /// <summary>Y plane and interleaved CbCr at half resolution: 12 bits a pixel.</summary>
    public static readonly PixelFormat Nv12 =
        new("NV12", "NV12", "Y plane, CbCr plane, 4:2:0, 8 bits", PixelArrangement.SemiPlanar420, 8, 2, 2, false,
        BayerOrder.None, new(1, 1), new(1, 1, 2));

    /// <summary>Three planes Y, Cb, Cr at 4:2:0: what Y4M files hold.</summary>
    public static readonly PixelFormat Yuv420 =
        new("YU12", "YUV420", "Y, Cb and Cr planes, 4:2:0, 8 bits", PixelArrangement.Planar420, 8, 2, 2, false,
        BayerOrder.None, new(1, 1), new(2, 1, 2), new(2, 1, 2));

    /// <summary>Three planes Y, Cb, Cr at 4:2:2: what Y4M files with C422 hold.</summary>
    public static readonly PixelFormat Yuv422P =
        new("422P", "YUV422P", "Y, Cb and Cr planes, 4:2:2, 8 bits", PixelArrangement.Planar422, 8, 2, 1, false,
        BayerOrder.None, new(1, 1), new(2, 1), new(2, 1));

    /// <summary>Three planes Y, Cb, Cr of full size: what Y4M files with C444 hold. V4L2 has this code only for planes in three memories;
    /// here they follow each other.</summary>
    public static readonly PixelFormat Yuv444 =
        new("YM24", "YUV444", "Y, Cb and Cr planes, 4:4:4, 8 bits", PixelArrangement.Planar444, 8, 1, 1, false,
        BayerOrder.None, new(1, 1), new(1, 1), new(1, 1));

    /// <summary>NV12 with 10 bits in the high end of 16-bit words.</summary>
    public static readonly PixelFormat P010 =
        new("P010", "P010", "Y plane, CbCr plane, 4:2:0, 10 bits in 16", PixelArrangement.SemiPlanar420, 10, 2, 2, false,
        BayerOrder.None, new(1, 2), new(1, 2, 2));

    /// <summary>Y0 Cb Y1 Cr.</summary>
    public static readonly PixelFormat Yuyv = new("YUYV", "YUYV", "Y Cb Y Cr, 4:2:2, 8 bits", PixelArrangement.Yuyv, 8, 2, 1, false,
        BayerOrder.None, new PlaneRule(2, 4));

    /// <summary>Cb Y0 Cr Y1.</summary>
    public static readonly PixelFormat Uyvy = new("UYVY", "UYVY", "Cb Y Cr Y, 4:2:2, 8 bits", PixelArrangement.Uyvy, 8, 2, 1, false,
        BayerOrder.None, new PlaneRule(2, 4));

    /// <summary>Red, green, blue bytes.</summary>
    public static readonly PixelFormat Rgb24 = new("RGB3", "RGB24", "Red, green, blue, 8 bits", PixelArrangement.Rgb, 8, 1, 1, false,
        BayerOrder.None, new PlaneRule(1, 3));

    /// <summary>Blue, green, red bytes.</summary>
    public static readonly PixelFormat Bgr24 = new("BGR3", "BGR24", "Blue, green, red, 8 bits", PixelArrangement.Bgr, 8, 1, 1, false,
        BayerOrder.None, new PlaneRule(1, 3));

    /// <summary>8 bits of luminance (or infrared) a pixel.</summary>
    public static readonly PixelFormat Grey = new("GREY", "GREY", "Grey or infrared, 8 bits", PixelArrangement.Grey, 8, 1, 1, false,
        BayerOrder.None, new PlaneRule(1, 1));

    /// <summary>10 bits of luminance, four pixels in five bytes.</summary>
    public static readonly PixelFormat Y10P =
        new("Y10P", "Y10P", "Grey or infrared, 10 bits, packed", PixelArrangement.Grey, 10, 4, 1, true,
        BayerOrder.None, new PlaneRule(4, 5));

    /// <summary>12 bits of luminance, two pixels in three bytes.</summary>
    public static readonly PixelFormat Y12P =
        new("Y12P", "Y12P", "Grey or infrared, 12 bits, packed", PixelArrangement.Grey, 12, 2, 1, true,
        BayerOrder.None, new PlaneRule(2, 3));

    /// <summary>16 bits of luminance.</summary>
    public static readonly PixelFormat Y16 = new("Y16 ", "Y16", "Grey or infrared, 16 bits", PixelArrangement.Grey, 16, 1, 1, false,
        BayerOrder.None, new PlaneRule(1, 2));

    /// <summary>16 bits of distance.</summary>
    public static readonly PixelFormat Z16 = new("Z16 ", "Z16", "Depth, 16 bits", PixelArrangement.Depth, 16, 1, 1, false,
        BayerOrder.None, new PlaneRule(1, 2));

    /// <summary>A JPEG picture a frame.</summary>
    public static readonly PixelFormat Mjpeg =
        new("MJPG", "MJPEG", "Motion JPEG", PixelArrangement.Compressed, 0, 1, 1, false, BayerOrder.None);

    // Codes in the order of BayerOrder: RGGB, BGGR, GBRG, GRBG, as videodev2.h has them.
    private static readonly PixelFormat[] _raw8 = Raw(8, false, "RGGB", "BA81", "GBRG", "GRBG");
    private static readonly PixelFormat[] _raw10P = Raw(10, true, "pRAA", "pBAA", "pGAA", "pgAA");
    private static readonly PixelFormat[] _raw12P = Raw(12, true, "pRCC", "pBCC", "pGCC", "pgCC");
    private static readonly PixelFormat[] _raw14P = Raw(14, true, "pREE", "pBEE", "pGEE", "pgEE");
    private static readonly PixelFormat[] _raw10 = Raw(10, false, "RG10", "BG10", "GB10", "BA10");
    private static readonly PixelFormat[] _raw12 = Raw(12, false, "RG12", "BG12", "GB12", "BA12");
    private static readonly PixelFormat[] _raw14 = Raw(14, false, "RG14", "BG14", "GB14", "GR14");
    private static readonly PixelFormat[] _raw16 = Raw(16, false, "RG16", "BYR2", "GB16", "GR16");

    /// <summary>8-bit Bayer, RGGB; the other orders are RAW8-BGGR and so on, see <see cref="Bayer"/>.</summary>
    public static readonly PixelFormat Raw8 = _raw8[0];

    /// <summary>10-bit Bayer RGGB, four pixels in five bytes.</summary>
    public static readonly PixelFormat Raw10P = _raw10P[0];

    /// <summary>12-bit Bayer RGGB, two pixels in three bytes.</summary>
    public static readonly PixelFormat Raw12P = _raw12P[0];

    /// <summary>14-bit Bayer RGGB, four pixels in seven bytes.</summary>
    public static readonly PixelFormat Raw14P = _raw14P[0];

    /// <summary>10-bit Bayer RGGB in 16-bit words.</summary>
    public static readonly PixelFormat Raw10 = _raw10[0];

    /// <summary>12-bit Bayer RGGB in 16-bit words.</summary>
    public static readonly PixelFormat Raw12 = _raw12[0];

    /// <summary>14-bit Bayer RGGB in 16-bit words.</summary>
    public static readonly PixelFormat Raw14 = _raw14[0];

    /// <summary>16-bit Bayer RGGB.</summary>
    public static readonly PixelFormat Raw16 = _raw16[0];

    /// <summary>Every format, each once.</summary>
    public static IReadOnlyList<PixelFormat> All { get; } =
    [
        Nv12, Yuv420, Yuv422P, Yuv444, P010, Yuyv, Uyvy, Rgb24, Bgr24, Grey, Y10P, Y12P, Y16, Z16, Mjpeg,
        .. _raw8, .. _raw10P, .. _raw12P, .. _raw14P, .. _raw10, .. _raw12, .. _raw14, .. _raw16,
    ];

    private static readonly FrozenDictionary<uint, PixelFormat> _byCode = All.ToFrozenDictionary(format => format.FourCC.Value);
    private static readonly FrozenDictionary<string, PixelFormat> _byName =
        All.ToFrozenDictionary(format => format.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The Bayer format of this depth, packing and order.</summary>
    /// <param name="bits">8, 10, 12, 14 or 16.</param>
    /// <param name="packed">MIPI packing (10, 12 and 14 bits only).</param>
    /// <param name="order">Any but None.</param>
    /// <exception cref="ArgumentException">There is no such format.</exception>
    public static PixelFormat Bayer(int bits, bool packed, BayerOrder order) => All.FirstOrDefault(
        format => format.Arrangement == PixelArrangement.Bayer && format.BitDepth == bits && format.IsPacked == packed
            && format.Bayer == order)
        ?? throw new ArgumentException(
            $"There is no {(packed ? "packed " : "")}Bayer format of {bits} bits in order {order}.", nameof(bits));

    /// <summary>Finds a format by V4L2's code.</summary>
    public static bool TryGet(FourCC code, [NotNullWhen(true)] out PixelFormat? format) => _byCode.TryGetValue(code.Value, out format);

    /// <summary>Finds a format by its code (letter case counts: pGAA is not pgAA) or by its name (letter case does not count).
    /// RAW12P-RGGB means the same as RAW12P.</summary>
    public static bool TryGet(string? nameOrFourcc, [NotNullWhen(true)] out PixelFormat? format)
    {
        format = null;
        if (string.IsNullOrWhiteSpace(nameOrFourcc))
            return false;
        if (FourCC.TryParse(nameOrFourcc, out var code) && TryGet(code, out format))
            return true;
        var name = nameOrFourcc.EndsWith("-RGGB", StringComparison.OrdinalIgnoreCase) ? nameOrFourcc[..^5] : nameOrFourcc;
        return _byName.TryGetValue(name.Trim(), out format);
    }

    private static PixelFormat[] Raw(int bits, bool packed, params ReadOnlySpan<string> codes)
    {
        var (pixels, bytes) = (bits, packed) switch
        {
            (8, _) => (1, 1),
            (10, true) => (4, 5),
            (12, true) => (2, 3),
            (14, true) => (4, 7),
            _ => (1, 2),
        };
        var formats = new PixelFormat[codes.Length];
        for (var i = 0; i < codes.Length; i++)
        {
            var order = (BayerOrder)(i + 1);
            var name = $"RAW{bits}{(packed ? "P" : "")}{(order == BayerOrder.Rggb ? "" : "-" + order.ToString().ToUpperInvariant())}";
            var storage = packed ? ", packed" : bits is > 8 and < 16 ? " in 16" : "";
            var description = $"Bayer {order.ToString().ToUpperInvariant()}, {bits} bits{storage}";
            formats[i] = new PixelFormat(codes[i], name, description, PixelArrangement.Bayer, bits, Math.Max(2, pixels), 2, packed, order,
                new PlaneRule(pixels, bytes));
        }
        return formats;
    }
}

using CameraFabric.Sensors.Frames;

namespace CameraFabric.Hosting.Snapshots;

/// <summary>A raw Bayer format: which colour stands at which of the four sites, and how the samples are packed.</summary>
internal sealed class BayerPattern
{
    private enum Packing
    {
        Bits8,
        Bits10Packed, // four high bytes, then one with the low bits
        Bits12Packed, // two high bytes, then one with the low bits
        Bits10, // 16-bit little-endian words
        Bits12,
        Bits16,
    }

    private static readonly Dictionary<string, BayerPattern> Known = MakeKnown();

    private readonly string _sites;
    private readonly Packing _packing;

    private BayerPattern(string sites, Packing packing) => (_sites, _packing) = (sites, packing);

    /// <summary>The pattern of a V4L2 fourcc, or null when that is no Bayer format.</summary>
    public static BayerPattern? For(string fourcc) => Known.GetValueOrDefault(fourcc);

    /// <summary>Every pixel takes the colours of its own 2x2 group: half the resolution, no guessing across edges.</summary>
    public void ToRgb(FrameLayout layout, ReadOnlySpan<byte> pixels, Span<byte> rgb)
    {
        Span<int> site = stackalloc int[3];
        var (green1, green2) = (_sites.IndexOf('G'), _sites.LastIndexOf('G'));
        for (var y = 0; y < layout.Height; y++)
        {
            for (var x = 0; x < layout.Width; x++)
            {
                site[0] = At(layout, pixels, x, y, _sites.IndexOf('R'));
                site[1] = (At(layout, pixels, x, y, green1) + At(layout, pixels, x, y, green2)) / 2;
                site[2] = At(layout, pixels, x, y, _sites.IndexOf('B'));
                for (var colour = 0; colour < 3; colour++) rgb[3 * (y * layout.Width + x) + colour] = (byte)site[colour];
            }
        }
    }

    private int At(FrameLayout layout, ReadOnlySpan<byte> pixels, int x, int y, int site)
    {
        var column = Math.Min((x & ~1) + (site & 1), layout.Width - 1);
        var line = Math.Min((y & ~1) + (site >> 1), layout.Height - 1);
        var row = pixels.Slice(layout.Planes[0].Offset + line * layout.Planes[0].Stride, layout.Planes[0].Stride);
        return _packing switch
        {
            Packing.Bits8 => row[column],
            Packing.Bits10Packed => row[column / 4 * 5 + column % 4],
            Packing.Bits12Packed => row[column / 2 * 3 + column % 2],
            Packing.Bits10 => (row[2 * column] | row[2 * column + 1] << 8) >> 2 & 0xFF,
            Packing.Bits12 => (row[2 * column] | row[2 * column + 1] << 8) >> 4 & 0xFF,
            _ => row[2 * column + 1],
        };
    }

    private static Dictionary<string, BayerPattern> MakeKnown()
    {
        var known = new Dictionary<string, BayerPattern>();
        Add(Packing.Bits8, "RGGB", "BA81", "GBRG", "GRBG");
        Add(Packing.Bits10Packed, "pRAA", "pBAA", "pGAA", "pgAA");
        Add(Packing.Bits12Packed, "pRCC", "pBCC", "pGCC", "pgCC");
        Add(Packing.Bits10, "RG10", "BG10", "GB10", "BA10");
        Add(Packing.Bits12, "RG12", "BG12", "GB12", "BA12");
        Add(Packing.Bits16, "RG16", "BYR2", "GB16", "GR16");
        return known;

        void Add(Packing packing, string rggb, string bggr, string gbrg, string grbg)
        {
            known[rggb] = new BayerPattern("RGGB", packing);
            known[bggr] = new BayerPattern("BGGR", packing);
            known[gbrg] = new BayerPattern("GBRG", packing);
            known[grbg] = new BayerPattern("GRBG", packing);
        }
    }
}

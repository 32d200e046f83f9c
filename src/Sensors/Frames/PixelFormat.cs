using System.Collections.Immutable;

namespace CameraFabric.Sensors.Frames;

/// <summary>How the samples of a picture are arranged.</summary>
public enum PixelArrangement
{
    /// <summary>One luminance sample a pixel (visible or infrared).</summary>
    Grey,
    /// <summary>One sample a pixel behind a Bayer colour filter; see <see cref="PixelFormat.Bayer"/>.</summary>
    Bayer,
    /// <summary>Red, green, blue in one plane.</summary>
    Rgb,
    /// <summary>Blue, green, red in one plane.</summary>
    Bgr,
    /// <summary>Y0 Cb Y1 Cr in one plane.</summary>
    Yuyv,
    /// <summary>Cb Y0 Cr Y1 in one plane.</summary>
    Uyvy,
    /// <summary>A plane of Y, then a half-height plane of interleaved Cb and Cr.</summary>
    SemiPlanar420,
    /// <summary>A plane of Y, then quarter planes of Cb and of Cr.</summary>
    Planar420,
    /// <summary>A plane of Y, then half-width planes of Cb and of Cr.</summary>
    Planar422,
    /// <summary>Planes of Y, of Cb and of Cr, all of one size.</summary>
    Planar444,
    /// <summary>Distance, 16 bits a pixel.</summary>
    Depth,
    /// <summary>A byte stream of its own; planes have no stride.</summary>
    Compressed,
}

/// <summary>Colours of the upper-left 2 x 2 tile, row by row.</summary>
public enum BayerOrder
{
    /// <summary>Not a Bayer format.</summary>
    None,
    /// <summary>Red, green / green, blue.</summary>
    Rggb,
    /// <summary>Blue, green / green, red.</summary>
    Bggr,
    /// <summary>Green, blue / red, green.</summary>
    Gbrg,
    /// <summary>Green, red / blue, green.</summary>
    Grbg,
}

/// <summary>A pixel format that the frame path knows, with V4L2's rules for its memory layout (no padding between rows or
/// planes).</summary>
public sealed class PixelFormat
{
    /// <summary>Largest width and height, in pixels.</summary>
    public const int MaximumDimension = 32768;

    // Room for the headers of a compressed picture, on top of two bytes a pixel.
    private const int CompressedHeaderBytes = 4096;

    private readonly PlaneRule[] _planes;

    internal PixelFormat(string fourcc, string name, string description, PixelArrangement arrangement, int bitDepth,
        int widthMultiple, int heightMultiple, bool isPacked, BayerOrder bayer, params PlaneRule[] planes)
    {
        FourCC = FourCC.Parse(fourcc);
        Name = name;
        Description = description;
        Arrangement = arrangement;
        BitDepth = bitDepth;
        WidthMultiple = widthMultiple;
        HeightMultiple = heightMultiple;
        IsPacked = isPacked;
        Bayer = bayer;
        _planes = planes;
    }

    /// <summary>V4L2's code.</summary>
    public FourCC FourCC { get; }

    /// <summary>The name that rig files may use instead of the code: NV12, RAW12P, RAW12P-BGGR.</summary>
    public string Name { get; }

    /// <summary>One line for people.</summary>
    public string Description { get; }

    /// <summary>How the samples lie.</summary>
    public PixelArrangement Arrangement { get; }

    /// <summary>The colour filter's order; None for what is not Bayer.</summary>
    public BayerOrder Bayer { get; }

    /// <summary>Significant bits of a sample (8 to 16); 0 for compressed formats.</summary>
    public int BitDepth { get; }

    /// <summary>True when samples share bytes as MIPI CSI-2 packs them (the high 8 bits of each, then the low bits of the group together).
    /// Otherwise samples of more than 8 bits are little-endian 16-bit words, low-aligned for raw and grey, high-aligned for P010.</summary>
    public bool IsPacked { get; }

    /// <summary>True for formats whose used size differs from frame to frame.</summary>
    public bool IsCompressed => Arrangement == PixelArrangement.Compressed;

    /// <summary>A width must be a multiple of this many pixels.</summary>
    public int WidthMultiple { get; }

    /// <summary>A height must be a multiple of this many rows.</summary>
    public int HeightMultiple { get; }

    /// <summary>The planes of a picture of this size: exact strides and bytes. For compressed formats one plane, with stride and rows 0,
    /// large enough for
    /// two bytes a pixel and headers.</summary>
    /// <exception cref="ArgumentException">The size breaks a rule of the format; the message names the rule and the nearest sizes that
    /// would do.</exception>
    public FrameLayout Layout(int width, int height)
    {
        Check(nameof(width), width, WidthMultiple);
        Check(nameof(height), height, HeightMultiple);
        if (IsCompressed)
        {
            var bytes = ToBytes((long)width * height * 2 + CompressedHeaderBytes, width, height);
            return new FrameLayout(this, width, height, [new PlaneLayout(0, 0, 0, bytes)], bytes);
        }
        var planes = ImmutableArray.CreateBuilder<PlaneLayout>(_planes.Length);
        long offset = 0;
        foreach (var rule in _planes)
        {
            var stride = (long)width / rule.GroupPixels * rule.GroupBytes;
            var rows = height / rule.RowDivisor;
            ToBytes(offset + stride * rows, width, height);
            planes.Add(new PlaneLayout((int)offset, (int)stride, rows, (int)(stride * rows)));
            offset += stride * rows;
        }
        return new FrameLayout(this, width, height, planes.MoveToImmutable(), (int)offset);
    }

    /// <summary>The name and the code.</summary>
    public override string ToString() => Name == FourCC.ToString() ? Name : $"{Name} ({FourCC})";

    private void Check(string dimension, int pixels, int multiple)
    {
        if (pixels is < 1 or > MaximumDimension)
            throw new ArgumentException($"{Name}: {dimension} {pixels} is out of range; 1 to {MaximumDimension} pixels are possible.",
                dimension);
        if (pixels % multiple == 0)
            return;
        var below = pixels / multiple * multiple;
        var better = below > 0 ? $"{below} or {below + multiple}" : $"{multiple}";
        throw new ArgumentException($"{Name}: {dimension} {pixels} is not a multiple of {multiple} pixels; {better} would be right.",
            dimension);
    }

    private int ToBytes(long bytes, int width, int height) => bytes <= int.MaxValue
        ? (int)bytes
        : throw new ArgumentException($"{Name}: {width}x{height} needs {bytes} bytes; a frame has at most {int.MaxValue} bytes.",
            nameof(width));
}

/// <summary>A plane's row is made of groups; a plane may have fewer rows than the picture.</summary>
internal readonly record struct PlaneRule(int GroupPixels, int GroupBytes, int RowDivisor = 1);

using System.Buffers.Binary;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Synthetic.Painting;

namespace CameraFabric.Sensors.Synthetic;

/// <summary>
/// The truth in the pixels: a strip of black and white cells along the top of the picture that says what the frame was exposed with.
/// Exposure, gain, crop and flips do not touch it, and any uncompressed format of the catalogue can carry it.
/// </summary>
/// <remarks>
/// <para>416 cells, one bit each, white is 1, in rows from the upper left corner: the bytes of the stamp in order, the highest bit of each
/// first. A cell is a square of 8 pixels, or of 4 or 2 where the strip would else be more than a quarter of the picture's height (2: or
/// than the picture); as many cells stand in a row as fit wholly.</para>
/// <para>The stamp, little-endian: u16 0x01CF; u64 sequence; i64 exposure time, ns; i32 analogue gain, Q16.16; i64 frame duration, ns; u8
/// test pattern; u8 flips; i32 crop x, y, width, height; u32 CRC-32C of the 48 bytes before it. A stamp that is torn, covered or not there
/// fails the checksum and is not read.</para>
/// </remarks>
public static class FrameStamp
{
    private const ushort Magic = 0x01CF;
    private const int ContentBytes = 48;
    private const int StampBytes = ContentBytes + sizeof(uint);
    private const int Cells = StampBytes * 8;

    // Black is 0 to 16 and white 235 to 255 as written; what has since been scaled or compressed may lie closer together.
    private const int DarkestWhite = 160;
    private const int BrightestBlack = 96;

    /// <summary>True if pictures of this layout can carry the stamp: an uncompressed format of the catalogue, and room for the cells (64 x
    /// 32 pixels suffice).</summary>
    public static bool Fits(FrameLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return PixelPainter.TryGet(layout.Format.FourCC, out _) && CellSize(layout) > 0;
    }

    /// <summary>Writes the stamp over the top of a finished picture. Allocates nothing.</summary>
    /// <param name="layout">The picture's layout.</param>
    /// <param name="pixels">The picture, at least the layout's bytes.</param>
    /// <param name="truth">What to say.</param>
    /// <exception cref="ArgumentException">The layout does not fit (<see cref="Fits"/>), or there are too few bytes.</exception>
    public static void Write(FrameLayout layout, Span<byte> pixels, in FrameTruth truth)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var cell = Require(layout, pixels.Length, out var painter);
        Span<byte> stamp = stackalloc byte[StampBytes];
        Encode(truth, stamp);

        var (black, white) = (Tone.StampBlack, Tone.StampWhite);
        var columns = layout.Width / cell;
        for (var first = 0; first < Cells; first += columns)
        {
            var count = Math.Min(columns, Cells - first);
            var top = first / columns * cell;
            for (var y = top; y < top + cell; y++)
            {
                // Neighbouring cells of one colour are one run.
                for (var at = 0; at < count;)
                {
                    var bit = Bit(stamp, first + at);
                    var end = at + 1;
                    while (end < count && Bit(stamp, first + end) == bit) end++;
                    painter.FillRun(layout, pixels, y, at * cell, end * cell, bit ? white : black);
                    at = end;
                }
            }
        }
    }

    /// <summary>Reads the stamp of a picture. Allocates nothing.</summary>
    /// <param name="layout">The picture's layout.</param>
    /// <param name="pixels">The picture.</param>
    /// <param name="truth">What the stamp says.</param>
    /// <returns>False when there is no whole stamp: the layout does not fit, bytes are missing, a cell is neither black nor white, or the
    /// checksum is wrong.</returns>
    public static bool TryRead(FrameLayout layout, ReadOnlySpan<byte> pixels, out FrameTruth truth)
    {
        ArgumentNullException.ThrowIfNull(layout);
        truth = default;
        if (!PixelPainter.TryGet(layout.Format.FourCC, out var painter) || pixels.Length < layout.TotalBytes) return false;
        var cell = CellSize(layout);
        if (cell == 0) return false;

        Span<byte> stamp = stackalloc byte[StampBytes];
        stamp.Clear();
        var columns = layout.Width / cell;
        for (var at = 0; at < Cells; at++)
        {
            var (x, y) = ((at % columns * cell) + (cell / 2), (at / columns * cell) + (cell / 2));
            var level = painter.Level(layout, pixels, x, y);
            if (level is > BrightestBlack and < DarkestWhite) return false;
            if (level >= DarkestWhite) stamp[at / 8] |= (byte)(0x80 >> (at % 8));
        }

        return TryDecode(stamp, out truth);
    }

    /// <summary>Side of a cell in pixels; 0 when the picture is too small.</summary>
    internal static int CellSize(FrameLayout layout)
    {
        for (var cell = 8; cell >= 2; cell /= 2)
        {
            var columns = layout.Width / cell;
            if (columns == 0) continue;
            var height = (Cells + columns - 1) / columns * cell;
            if (height <= (cell == 2 ? layout.Height : layout.Height / 4)) return cell;
        }

        return 0;
    }

    private static int Require(FrameLayout layout, int bytes, out PixelPainter painter)
    {
        if (!PixelPainter.TryGet(layout.Format.FourCC, out painter))
            throw new ArgumentException($"{layout.Format} cannot carry a stamp: only uncompressed formats can.", nameof(layout));
        if (bytes < layout.TotalBytes)
            throw new ArgumentException($"The picture has {bytes} bytes; its layout has {layout.TotalBytes}.", nameof(layout));
        var cell = CellSize(layout);
        return cell > 0
            ? cell
            : throw new ArgumentException($"{layout.Width}x{layout.Height} is too small for the {Cells} cells of a stamp; 64x32 would do.",
                nameof(layout));
    }

    private static bool Bit(ReadOnlySpan<byte> stamp, int at) => (stamp[at >> 3] & (0x80 >> (at & 7))) != 0;

    private static void Encode(in FrameTruth truth, Span<byte> stamp)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(stamp, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(stamp[2..], truth.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(stamp[10..], truth.ExposureTime);
        BinaryPrimitives.WriteInt32LittleEndian(stamp[18..], truth.AnalogueGainRaw);
        BinaryPrimitives.WriteInt64LittleEndian(stamp[22..], truth.FrameDuration);
        stamp[30] = truth.TestPattern;
        stamp[31] = truth.Flips;
        BinaryPrimitives.WriteInt32LittleEndian(stamp[32..], truth.CropX);
        BinaryPrimitives.WriteInt32LittleEndian(stamp[36..], truth.CropY);
        BinaryPrimitives.WriteInt32LittleEndian(stamp[40..], truth.CropWidth);
        BinaryPrimitives.WriteInt32LittleEndian(stamp[44..], truth.CropHeight);
        BinaryPrimitives.WriteUInt32LittleEndian(stamp[ContentBytes..], Crc32C.Compute(stamp[..ContentBytes]));
    }

    private static bool TryDecode(ReadOnlySpan<byte> stamp, out FrameTruth truth)
    {
        truth = default;
        if (BinaryPrimitives.ReadUInt16LittleEndian(stamp) != Magic) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(stamp[ContentBytes..]) != Crc32C.Compute(stamp[..ContentBytes])) return false;
        truth = new FrameTruth(
            BinaryPrimitives.ReadUInt64LittleEndian(stamp[2..]),
            BinaryPrimitives.ReadInt64LittleEndian(stamp[10..]),
            BinaryPrimitives.ReadInt32LittleEndian(stamp[18..]),
            BinaryPrimitives.ReadInt64LittleEndian(stamp[22..]),
            stamp[30],
            stamp[31],
            BinaryPrimitives.ReadInt32LittleEndian(stamp[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(stamp[36..]),
            BinaryPrimitives.ReadInt32LittleEndian(stamp[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(stamp[44..]));
        return true;
    }
}

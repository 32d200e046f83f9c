using System.Runtime.InteropServices;

namespace CameraFabric.Sensors.Synthetic.Painting;

/// <summary>How the samples of a row with one sample a pixel become bytes. Samples are given with 16 bits and lose their lowest
/// ones.</summary>
internal abstract class SamplePacking
{
    /// <summary>Fills columns [x0, x1), of which the even ones have one value and the odd ones another.</summary>
    public abstract void Fill(Span<byte> row, int x0, int x1, ushort even, ushort odd);

    /// <summary>The uppermost 8 bits of a sample.</summary>
    public abstract int Level(ReadOnlySpan<byte> row, int x);
}

/// <summary>8 bits in a byte.</summary>
internal sealed class BytePacking : SamplePacking
{
    public override void Fill(Span<byte> row, int x0, int x1, ushort even, ushort odd)
    {
        var (e, o) = ((byte)(even >> 8), (byte)(odd >> 8));
        if (e == o)
        {
            row[x0..x1].Fill(e);
            return;
        }

        if ((x0 & 1) != 0) row[x0++] = o;
        if (x0 >= x1) return;
        if ((x1 & 1) != 0) row[--x1] = e;
        MemoryMarshal.Cast<byte, ushort>(row[x0..x1]).Fill((ushort)(e | (o << 8)));
    }

    public override int Level(ReadOnlySpan<byte> row, int x) => row[x];
}

/// <summary>8 to 16 bits at the bottom of a little-endian 16-bit word.</summary>
internal sealed class WordPacking(int bits) : SamplePacking
{
    private readonly int _shift = 16 - bits;

    public override void Fill(Span<byte> row, int x0, int x1, ushort even, ushort odd)
    {
        var words = MemoryMarshal.Cast<byte, ushort>(row);
        var (e, o) = ((ushort)(even >> _shift), (ushort)(odd >> _shift));
        if (e == o)
        {
            words[x0..x1].Fill(e);
            return;
        }

        if ((x0 & 1) != 0) words[x0++] = o;
        if (x0 >= x1) return;
        if ((x1 & 1) != 0) words[--x1] = e;
        MemoryMarshal.Cast<ushort, uint>(words[x0..x1]).Fill(e | ((uint)o << 16));
    }

    public override int Level(ReadOnlySpan<byte> row, int x) => (MemoryMarshal.Cast<byte, ushort>(row)[x] << _shift) >> 8;
}

/// <summary>
/// The packing of MIPI CSI-2 as V4L2 stores it: the uppermost 8 bits of each pixel of a group a byte, then the low bits of all of them,
/// first pixel lowest. 10 bits: 4 pixels in 5 bytes; 12 bits: 2 in 3; 14 bits: 4 in 7.
/// </summary>
internal sealed class MipiPacking(int bits) : SamplePacking
{
    private readonly int _bits = bits;
    private readonly int _low = bits - 8;
    private readonly int _pixels = bits == 12 ? 2 : 4;
    private readonly int _bytes = bits switch
    {
        10 => 5,
        12 => 3,
        14 => 7,
        _ => throw new ArgumentOutOfRangeException(nameof(bits), bits, "10, 12 or 14"),
    };

    public override void Fill(Span<byte> row, int x0, int x1, ushort even, ushort odd)
    {
        for (; x0 < x1 && x0 % _pixels != 0; x0++) Set(row, x0, (x0 & 1) == 0 ? even : odd);
        var whole = x0 + ((x1 - x0) / _pixels * _pixels);
        if (whole > x0)
        {
            Span<byte> group = stackalloc byte[8];
            for (var pixel = 0; pixel < _pixels; pixel++) Set(group, pixel, (pixel & 1) == 0 ? even : odd);
            RepeatedPattern.Fill(row[(x0 / _pixels * _bytes)..(whole / _pixels * _bytes)], group[.._bytes]);
        }

        for (var x = Math.Max(x0, whole); x < x1; x++) Set(row, x, (x & 1) == 0 ? even : odd);
    }

    public override int Level(ReadOnlySpan<byte> row, int x) => row[(x / _pixels * _bytes) + (x % _pixels)];

    private void Set(Span<byte> row, int x, ushort value)
    {
        var group = row.Slice(x / _pixels * _bytes, _bytes);
        var pixel = x % _pixels;
        group[pixel] = (byte)(value >> 8);

        // The low bits of 14-bit pixels cross byte borders, so all of them are taken as one number of up to 24 bits.
        var shared = group[_pixels..];
        var all = 0;
        for (var at = 0; at < shared.Length; at++) all |= shared[at] << (8 * at);
        var mask = ((1 << _low) - 1) << (pixel * _low);
        all = (all & ~mask) | (((value >> (16 - _bits)) << (pixel * _low)) & mask);
        for (var at = 0; at < shared.Length; at++) shared[at] = (byte)(all >> (8 * at));
    }
}

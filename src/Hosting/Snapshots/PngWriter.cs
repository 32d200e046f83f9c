using System.Buffers.Binary;
using System.IO.Compression;

namespace CameraFabric.Hosting.Snapshots;

/// <summary>Writes 8-bit RGB pictures as PNG (ISO/IEC 15948). The runtime has the compression; what is left is framing.</summary>
public static class PngWriter
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>Writes one picture.</summary>
    /// <param name="target">Where to; not closed.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="rgb">Red, green, blue, row by row without padding: 3 x width x height bytes.</param>
    /// <exception cref="ArgumentException">The number of bytes does not fit the size.</exception>
    public static void Write(Stream target, int width, int height, ReadOnlySpan<byte> rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (rgb.Length != 3L * width * height)
            throw new ArgumentException($"{width}x{height} needs {3L * width * height} bytes, not {rgb.Length}", nameof(rgb));

        target.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8; // bits a sample
        header[9] = 2; // truecolour
        Chunk(target, "IHDR"u8, header);

        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var row = 0; row < height; row++)
            {
                deflate.WriteByte(0); // filter type: none
                deflate.Write(rgb.Slice(row * 3 * width, 3 * width));
            }
        }

        Chunk(target, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        Chunk(target, "IEND"u8, []);
    }

    private static void Chunk(Stream target, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        target.Write(number);
        target.Write(type);
        target.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        target.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data) crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint value = 0; value < table.Length; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            table[value] = crc;
        }

        return table;
    }
}

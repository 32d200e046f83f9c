using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CameraFabric.Hosting.Snapshots;

namespace CameraFabric.Hosting.Tests.Snapshots;

public sealed class PngWriterTests
{
    [Fact]
    public void A_picture_comes_back_from_its_chunks()
    {
        byte[] rgb = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7, 6, 5, 4, 3, 2, 1];
        using var file = new MemoryStream();

        PngWriter.Write(file, 3, 2, rgb);

        var png = file.ToArray();
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        Assert.Equal(3, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
        Assert.Equal(2, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
        var data = Chunk(png, "IDAT");
        using var rows = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress);
        using var raw = new MemoryStream();
        rows.CopyTo(raw);
        Assert.Equal([0, .. rgb[..9], 0, .. rgb[9..]], raw.ToArray());
    }

    [Fact]
    public void The_end_chunk_has_the_check_value_that_every_png_ends_with()
    {
        using var file = new MemoryStream();

        PngWriter.Write(file, 1, 1, [1, 2, 3]);

        Assert.Equal([0, 0, 0, 0, (byte)'I', (byte)'E', (byte)'N', (byte)'D', 0xAE, 0x42, 0x60, 0x82], file.ToArray()[^12..]);
    }

    [Fact]
    public void Too_few_bytes_are_refused() =>
        Assert.Throws<ArgumentException>(() => PngWriter.Write(Stream.Null, 2, 2, new byte[11]));

    private static byte[] Chunk(byte[] png, string type)
    {
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (Encoding.ASCII.GetString(png, at + 4, 4) == type) return png[(at + 8)..(at + 8 + length)];
            at += 12 + length;
        }

        throw new InvalidDataException($"no chunk {type}");
    }
}

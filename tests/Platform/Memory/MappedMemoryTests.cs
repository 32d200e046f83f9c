using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Platform.Tests.Memory;

public sealed class MappedMemoryTests
{
    private const int Size = 3 * 4096;

    [Fact]
    public void What_one_mapping_writes_another_reads()
    {
        using var file = MemoryFile.Create("shared", Size);
        using var writer = file.Map(MapAccess.ReadWrite);
        using var reader = file.Map(MapAccess.ReadOnly);
        Assert.False(writer.IsReadOnly);
        Assert.True(reader.IsReadOnly);
        new Random(1).NextBytes(writer.Write(0, Size));
        Assert.True(reader.Read(0, Size).SequenceEqual(writer.Read(0, Size)));
    }

    [Theory]
    [InlineData(0, Size)]
    [InlineData(1, Size - 1)]
    [InlineData(4095, 2)]
    [InlineData(4096, 4096)]
    [InlineData(Size - 1, 1)]
    public void A_piece_may_begin_anywhere(int offset, int length)
    {
        using var file = MemoryFile.Create("piece", Size);
        using var whole = file.Map(MapAccess.ReadWrite);
        using var piece = MappedMemory.Map(file.Descriptor, offset, length, MapAccess.ReadWrite);
        Assert.Equal(length, piece.Length);
        new Random(offset).NextBytes(whole.Write(0, Size));
        Assert.True(piece.Read(0, length).SequenceEqual(whole.Read(offset, length)));
        piece.Write(length - 1, 1)[0] ^= 0xFF;
        Assert.Equal(piece.Read(length - 1, 1)[0], whole.Read(offset + length - 1, 1)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Touch(piece, length, 1));
    }

    [Theory]
    [InlineData(-1L, 1L)]
    [InlineData(0L, 0L)]
    [InlineData(0L, -1L)]
    [InlineData(0L, Size + 1L)]
    [InlineData(Size, 1L)]
    [InlineData(1L, long.MaxValue)]
    [InlineData(long.MaxValue, 1L)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(long.MaxValue - 10, 10L)]
    [InlineData(long.MinValue, long.MaxValue)]
    public void A_piece_that_is_not_inside_the_file_is_refused(long offset, long length)
    {
        using var file = MemoryFile.Create("refuse", Size);
        Assert.Throws<ArgumentOutOfRangeException>(() => MappedMemory.Map(file.Descriptor, offset, length, MapAccess.ReadOnly));
    }

    [Theory]
    [InlineData(-1L, 1)]
    [InlineData(0L, -1)]
    [InlineData(0L, int.MinValue)]
    [InlineData(0L, int.MaxValue)]
    [InlineData(Size, 1)]
    [InlineData(Size + 1L, 0)]
    [InlineData(1L, Size)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MaxValue, int.MaxValue)]
    [InlineData(long.MaxValue - int.MaxValue + 1, int.MaxValue)]
    [InlineData(long.MinValue, int.MinValue)]
    [InlineData(long.MinValue, 0)]
    public void An_access_outside_is_refused_also_where_offset_and_length_overflow(long offset, int length)
    {
        using var file = MemoryFile.Create("outside", Size);
        using var map = file.Map(MapAccess.ReadWrite);
        Assert.Throws<ArgumentOutOfRangeException>(() => Touch(map, offset, length));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Write(offset, length).Length);
    }

    [Fact]
    public void Exactly_what_lies_inside_is_granted()
    {
        using var file = MemoryFile.Create("model", Size);
        using var map = file.Map(MapAccess.ReadOnly);
        var offsets = Gen.OneOf(
            Gen.Choose(-10, Size + 10).Select(value => (long)value),
            ArbMap.Default.GeneratorFor<long>(),
            Gen.Elements(long.MaxValue, long.MinValue, long.MaxValue - Size));
        var lengths = Gen.OneOf(Gen.Choose(-10, Size + 10), ArbMap.Default.GeneratorFor<int>(), Gen.Elements(int.MaxValue, int.MinValue));
        var accesses = offsets.SelectMany(offset => lengths.Select(length => (offset, length)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(accesses.ToArbitrary(), access =>
        {
            var inside = access.offset >= 0 && access.length >= 0 && (BigInteger)access.offset + access.length <= Size;
            try
            {
                return map.Read(access.offset, access.length).Length == access.length && inside;
            }
            catch (ArgumentOutOfRangeException)
            {
                return !inside;
            }
        }));
    }

    [Fact]
    public void A_read_only_mapping_is_not_written()
    {
        using var file = MemoryFile.Create("read-only", Size);
        using var map = file.Map(MapAccess.ReadOnly);
        Assert.Throws<InvalidOperationException>(() => map.Write(0, 1).Length);
        Assert.Throws<InvalidOperationException>(() => map.WriteUInt16Release(0, 1));
        Assert.Throws<InvalidOperationException>(() => map.WriteUInt32Release(0, 1));
        Assert.Throws<InvalidOperationException>(() => map.WriteUInt64Release(0, 1));
    }

    [Fact]
    public void Words_are_little_endian_and_atomic_accessors_agree_with_the_bytes()
    {
        using var file = MemoryFile.Create("words", Size);
        using var map = file.Map(MapAccess.ReadWrite);
        map.WriteUInt16Release(2, 0x1122);
        map.WriteUInt32Release(4, 0x33445566);
        map.WriteUInt64Release(Size - 8, 0x778899AABBCCDDEE);
        Assert.Equal<byte>([0x22, 0x11, 0x66, 0x55, 0x44, 0x33], map.Read(2, 6).ToArray());
        Assert.Equal<byte>([0xEE, 0xDD, 0xCC, 0xBB, 0xAA, 0x99, 0x88, 0x77], map.Read(Size - 8, 8).ToArray());
        Assert.Equal(0x1122, map.ReadUInt16Acquire(2));
        Assert.Equal(0x33445566u, map.ReadUInt32Acquire(4));
        Assert.Equal(0x778899AABBCCDDEEul, map.ReadUInt64Acquire(Size - 8));
    }

    [Fact]
    public void A_word_must_be_aligned_and_wholly_inside()
    {
        using var file = MemoryFile.Create("aligned", Size);
        using var map = file.Map(MapAccess.ReadWrite);
        foreach (var offset in new long[] { 1, 3, Size - 1 - 2 })
        {
            Assert.Throws<ArgumentException>(() => map.ReadUInt16Acquire(offset));
            Assert.Throws<ArgumentException>(() => map.WriteUInt16Release(offset, 0));
        }

        Assert.Throws<ArgumentException>(() => map.ReadUInt32Acquire(2));
        Assert.Throws<ArgumentException>(() => map.WriteUInt32Release(6, 0));
        Assert.Throws<ArgumentException>(() => map.ReadUInt64Acquire(4));
        Assert.Throws<ArgumentException>(() => map.WriteUInt64Release(12, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.ReadUInt16Acquire(Size));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.ReadUInt32Acquire(Size - 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.ReadUInt64Acquire(Size - 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.ReadUInt64Acquire(-8));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.ReadUInt64Acquire(long.MaxValue - 7));
    }

    [Fact]
    public void Alignment_is_that_of_the_address_not_of_the_offset()
    {
        using var file = MemoryFile.Create("odd", Size);
        using var map = MappedMemory.Map(file.Descriptor, 1, Size - 1, MapAccess.ReadWrite);
        Assert.Throws<ArgumentException>(() => map.ReadUInt16Acquire(0));
        map.WriteUInt16Release(1, 0xABCD);
        Assert.Equal(0xABCD, map.ReadUInt16Acquire(1));
    }

    [Fact]
    public void After_dispose_nothing_is_granted()
    {
        using var file = MemoryFile.Create("gone", Size);
        var map = file.Map(MapAccess.ReadWrite);
        Assert.False(map.IsDisposed);
        map.Dispose();
        map.Dispose();
        Assert.True(map.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => Touch(map, 0, 1));
        Assert.Throws<ObjectDisposedException>(() => map.Write(0, 1).Length);
        Assert.Throws<ObjectDisposedException>(() => map.ReadUInt64Acquire(0));
        Assert.Throws<ObjectDisposedException>(() => map.WriteUInt32Release(0, 0));
    }

    [Fact]
    public void Dispose_unmaps_the_whole_piece_also_when_it_began_inside_a_page()
    {
        var name = OpenDescriptors.UniqueName();
        using var file = MemoryFile.Create(name, Size);
        var map = MappedMemory.Map(file.Descriptor, 4095, 4098, MapAccess.ReadOnly);
        Assert.Single(MappingsOf(name));
        map.Dispose();
        Assert.Empty(MappingsOf(name));
    }

    [Fact]
    public void Populating_takes_the_pages_at_once()
    {
        var name = OpenDescriptors.UniqueName();
        using var file = MemoryFile.Create(name, 64 * 4096);
        using var map = file.Map(MapAccess.ReadWrite, populate: true);
        Assert.Equal(64 * 4, ResidentKilobytesOf(name));
    }

    [Fact]
    public void Without_write_permission_on_the_file_no_writable_mapping_is_made()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("plain"), new byte[Size]);
        using var handle = File.OpenHandle(folder.File("plain"));
        using var file = new FileDescriptor((int)handle.DangerousGetHandle(), ownsHandle: false);
        using var readable = MappedMemory.Map(file, 0, Size, MapAccess.ReadOnly);
        Assert.Contains(
            "EACCES",
            Assert.Throws<LinuxException>(() => MappedMemory.Map(file, 0, Size, MapAccess.ReadWrite)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_published_with_release_is_seen_after_the_data_it_covers()
    {
        const int rounds = 5_000;
        using var file = MemoryFile.Create("ring", Size);
        using var writer = file.Map(MapAccess.ReadWrite);
        using var reader = file.Map(MapAccess.ReadWrite);
        var publisher = new RealThread<bool>(() =>
        {
            for (uint i = 1; i <= rounds; i++)
            {
                BitConverter.TryWriteBytes(writer.Write(64, 4), i);
                writer.WriteUInt32Release(0, i);
                MappedMemory.FullFence();
                var wait = new SpinWait();
                while (writer.ReadUInt32Acquire(128) != i) wait.SpinOnce(sleep1Threshold: -1);
            }

            return true;
        });
        uint seen = 0;
        var spin = new SpinWait();
        while (seen < rounds)
        {
            var index = reader.ReadUInt32Acquire(0);
            if (index == seen)
            {
                spin.SpinOnce(sleep1Threshold: -1);
                continue;
            }

            Assert.Equal(index, BitConverter.ToUInt32(reader.Read(64, 4)));
            seen = index;
            reader.WriteUInt32Release(128, index);
        }

        Assert.True(publisher.Result());
    }

    private static int Touch(MappedMemory map, long offset, int length) => map.Read(offset, length).Length;

    private static string[] MappingsOf(string name) =>
        [.. File.ReadLines("/proc/self/maps").Where(line => line.Contains(name, StringComparison.Ordinal))];

    private static long ResidentKilobytesOf(string name)
    {
        var line = File.ReadLines("/proc/self/smaps")
            .SkipWhile(line => !line.Contains(name, StringComparison.Ordinal))
            .First(line => line.StartsWith("Rss:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}

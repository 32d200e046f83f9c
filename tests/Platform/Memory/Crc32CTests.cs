using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Platform.Tests.Memory;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_is_right() => Assert.Equal(0xE3069283u, Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void The_examples_of_RFC_3720_appendix_B_4_are_right()
    {
        var ascending = Enumerable.Range(0, 32).Select(value => (byte)value).ToArray();
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(ascending));
        Assert.Equal(0x113FDB5Cu, Crc32C.Compute([.. ascending.Reverse()]));
    }

    [Fact]
    public void The_checksum_of_nothing_is_the_seed()
    {
        Assert.Equal(0u, Crc32C.Compute([]));
        Assert.Equal(0x12345678u, Crc32C.Compute([], 0x12345678));
    }

    [Fact]
    public void Any_data_at_any_alignment_agree_with_the_polynomial_applied_bit_by_bit()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Cases().ToArbitrary(), each =>
        {
            var data = Bytes(each.Seed, each.At + each.Length).AsSpan(each.At);
            return Crc32C.Compute(data, (uint)each.Seed) == BitByBit(data, (uint)each.Seed);
        }));
    }

    [Fact]
    public void Pieces_chained_by_the_seed_give_the_checksum_of_the_whole()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Cases().ToArbitrary(), each =>
        {
            var data = Bytes(each.Seed, each.At + each.Length).AsSpan();
            return Crc32C.Compute(data[each.At..], Crc32C.Compute(data[..each.At])) == Crc32C.Compute(data);
        }));
    }

    [Fact]
    public void Every_flipped_bit_is_noticed()
    {
        var data = Bytes(1, 2000);
        var right = Crc32C.Compute(data);
        for (var bit = 0; bit < data.Length * 8; bit++)
        {
            data[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(right, Crc32C.Compute(data));
            data[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private static Gen<(int Length, int At, int Seed)> Cases() =>
        from length in Gen.OneOf(Gen.Choose(0, 100), Gen.Choose(700, 900), Gen.Choose(0, 10_000))
        from at in Gen.Choose(0, 2000)
        from seed in Gen.Choose(0, int.MaxValue)
        select (length, at, seed);

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static uint BitByBit(ReadOnlySpan<byte> data, uint seed)
    {
        var state = ~seed;
        foreach (var value in data)
        {
            state ^= value;
            for (var bit = 0; bit < 8; bit++) state = (state >> 1) ^ ((state & 1) != 0 ? 0x82F63B78u : 0);
        }

        return ~state;
    }
}

using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Platform.Tests.Memory;

public sealed class FrameCopyTests
{
    private const int Guard = 192;
    private const byte Untouched = 0xA5;

    [Fact]
    public void Any_length_at_any_alignment_is_copied_exactly_and_nothing_outside_is_written()
    {
        var cases =
            from length in Gen.OneOf(Gen.Choose(0, 700), Gen.Choose(0, 70_000))
            from sourceAt in Gen.Choose(0, 130)
            from targetAt in Gen.Choose(0, 130)
            from spare in Gen.Choose(0, 130)
            from nonTemporal in Gen.Elements(true, false)
            from seed in Gen.Choose(0, int.MaxValue)
            select (length, sourceAt, targetAt, spare, nonTemporal, seed);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(cases.ToArbitrary(), each =>
        {
            // Pinned, so that an alignment asked for is the one that is got.
            var source = GC.AllocateUninitializedArray<byte>(each.sourceAt + each.length, pinned: true);
            var target = GC.AllocateUninitializedArray<byte>(Guard + each.targetAt + each.length + each.spare + Guard, pinned: true);
            new Random(each.seed).NextBytes(source);
            Array.Fill(target, Untouched);
            var from = source.AsSpan(each.sourceAt);
            var at = Guard + each.targetAt;

            FrameCopy.ToOne(from, target.AsSpan(at, each.length + each.spare), each.nonTemporal);
            FrameCopy.Fence();

            return target.AsSpan(at, each.length).SequenceEqual(from)
                && target.AsSpan(0, at).IndexOfAnyExcept(Untouched) < 0
                && target.AsSpan(at + each.length).IndexOfAnyExcept(Untouched) < 0;
        }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_target_that_is_too_short_is_refused_and_left_alone(bool nonTemporal)
    {
        var target = new byte[4096];
        Assert.Throws<ArgumentException>(() => FrameCopy.ToOne(new byte[4097].AsSpan(), target, nonTemporal));
        Array.Fill(target, Untouched);
        var source = new byte[4097];
        Assert.Throws<ArgumentException>(() => FrameCopy.ToOne(source, target, nonTemporal));
        Assert.Equal(-1, target.AsSpan().IndexOfAnyExcept(Untouched));
    }

    [Fact]
    public void A_copy_that_was_fenced_is_seen_by_the_reader_who_is_told_of_it()
    {
        const int frame = 256 * 1024;
        const int rounds = 200;
        using var file = MemoryFile.Create("frames", frame + 4096);
        using var writer = file.Map(MapAccess.ReadWrite);
        using var reader = file.Map(MapAccess.ReadWrite);
        var publisher = new RealThread<bool>(() =>
        {
            var source = new byte[frame];
            for (var i = 1; i <= rounds; i++)
            {
                Array.Fill(source, (byte)i);
                FrameCopy.ToOne(source, writer.Write(4096, frame), nonTemporal: true);
                FrameCopy.Fence();
                writer.WriteUInt32Release(0, (uint)i);
                var wait = new SpinWait();
                while (writer.ReadUInt32Acquire(64) != i) wait.SpinOnce(sleep1Threshold: -1);
            }

            return true;
        });
        for (var i = 1; i <= rounds; i++)
        {
            var wait = new SpinWait();
            while (reader.ReadUInt32Acquire(0) != i) wait.SpinOnce(sleep1Threshold: -1);
            Assert.Equal(-1, reader.Read(4096, frame).IndexOfAnyExcept((byte)i));
            reader.WriteUInt32Release(64, (uint)i);
        }

        Assert.True(publisher.Result());
    }

    [Theory]
    [InlineData(256 * 1024 - 1, 8, false)]
    [InlineData(256 * 1024, 1, true)]
    [InlineData(3_110_400, 1, true)]
    [InlineData(3_110_400, 4, true)]
    [InlineData(3_110_400, 0, false)]
    public void Large_frames_are_written_past_the_cache(long frameBytes, int targets, bool expected) =>
        Assert.Equal(expected, FrameCopy.PrefersNonTemporal(frameBytes, targets));

    [Fact]
    public void Copying_allocates_nothing()
    {
        var source = new byte[FrameCopy.BlockBytes];
        var target = new byte[FrameCopy.BlockBytes];
        FrameCopy.ToOne(source, target, nonTemporal: true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) FrameCopy.ToOne(source, target, nonTemporal: true);
        FrameCopy.Fence();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.Links;

public sealed class LinkTests
{
    public static TheoryData<bool, bool> Carriers => new() { { true, true }, { true, false }, { false, true } };

    [Theory]
    [MemberData(nameof(Carriers))]
    public void Frames_arrive_in_order_and_bit_for_bit(bool overUnix, bool isSealed)
    {
        const int count = 200;
        using var frames = new LinkFrames(isSealed: isSealed);
        using var bench = new LinkBench();
        var sink = new RecordingSink();
        var (sender, _) = bench.Connect(overUnix, sink);

        for (var i = 0; i < count; i++)
        {
            // No faster than they arrive, so that none is dropped.
            Offer(sender, frames.Make(set: (ulong)(i % 4), controls: i % (FrameHeader.MaximumApplied + 1)));
            var sent = i + 1;
            sink.WaitFor(told => told.Accounted == sent);
        }

        var pixels = new byte[frames.Pool.FrameBytes];
        var got = sink.All.Cast<Told.Pixels>().ToArray();
        Assert.Equal(count, got.Length);
        for (var i = 0; i < count; i++)
        {
            var (header, sequence) = (got[i].Header, (ulong)i + 1);
            LinkFrames.Fill(pixels, sequence);
            Assert.Equal(pixels, got[i].Bytes);
            Assert.Equal(
                (FrameHeader.ExpectedMagic, FrameHeader.CurrentVersion, sequence, (long)sequence * 1000, (long)sequence * 1000 + 500, (ulong)(i % 4)),
                (header.Magic, header.Version, header.Sequence, header.StartOfExposure, header.Complete, header.ControlSet));
            Assert.Equal(
                ((uint)pixels.Length, (uint)sequence * 31, (uint)FrameFlags.Checksummed, LinkFrames.Generation, (uint)sequence % 3, LinkFrames.Epoch),
                (header.BytesUsed, header.Checksum, header.Flags, header.ConfigurationGeneration, header.DroppedBefore, header.Epoch));
            Assert.Equal(Enumerable.Range(0, i % (FrameHeader.MaximumApplied + 1)).Select(n => new ControlEntry((uint)n + 1, ControlValue.From((long)sequence + n))),
                got[i].Applied);
        }

        LinkBench.WaitUntilFree(frames.Pool);
        Assert.Equal((count, count, 0L, count), ((int)bench.Sent.Offered, (int)bench.Sent.Sent, bench.Sent.Dropped.Total, (int)bench.Got.Received));
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public void Every_frame_offered_to_a_slow_reader_arrives_or_is_told_as_missed(bool overUnix, bool isSealed)
    {
        const int count = 500;
        using var frames = new LinkFrames(slots: 16, isSealed: isSealed);
        using var bench = new LinkBench();
        var sink = new RecordingSink();
        var (sender, receiver) = bench.Connect(overUnix, sink);

        sink.MayGoOn.Reset();
        for (var i = 0; i < count; i++)
        {
            if (i == count / 2) sink.MayGoOn.Set();
            Offer(sender, frames.Make(set: i % 5 == 0 ? (ulong)i + 1 : 0));
        }

        sender.Stop("enough");
        var reason = LinkBench.Ended(receiver.Ended);

        Assert.Equal("the home has closed it: enough", reason);
        Assert.Equal(count, sink.Accounted);
        Assert.Equal(count, bench.Sent.Offered);
        Assert.Equal(bench.Sent.Offered, bench.Sent.Sent + bench.Sent.Dropped.Total);
        Assert.True(bench.Sent.Dropped[(int)FrameDropReason.LinkBusy] > 0);
        Assert.Equal(bench.Sent.Sent, bench.Got.Received);
        AssertInOrder(sink.All, count);
        LinkBench.WaitUntilFree(frames.Pool);
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public void What_a_home_loses_is_told_between_the_frames_where_it_was_lost(bool overUnix, bool isSealed)
    {
        using var frames = new LinkFrames(isSealed: isSealed);
        using var bench = new LinkBench(LinkBench.Patient with { QueueFrames = 16 });
        var sink = new RecordingSink();
        var (sender, _) = bench.Connect(overUnix, sink);
        var lost = new ControlSetLost(11, 12, ControlSetFailure.FrameLost, 13);

        Offer(sender, frames.Make());
        sender.Miss(2, 9, FrameDropReason.SensorSkipped, 2);
        Offer(sender, frames.Make());
        sender.LoseControlSet(lost);
        sink.WaitFor(static told => told.All.Count == 4);
        sender.LoseSource();
        Offer(sender, frames.Make());
        sink.WaitFor(static told => told.All.Count == 6);

        Assert.Collection(sink.All,
            told => Assert.Equal(1u, Assert.IsType<Told.Pixels>(told).Header.Sequence),
            told => Assert.Equal(new Told.Gap(2, 9, FrameDropReason.SensorSkipped, 2), told),
            told => Assert.Equal(2u, Assert.IsType<Told.Pixels>(told).Header.Sequence),
            told => Assert.Equal(new Told.SetLost(lost), told),
            told => Assert.IsType<Told.NoSource>(told),
            told => Assert.Equal(3u, Assert.IsType<Told.Pixels>(told).Header.Sequence));
    }

    [Fact]
    public void No_more_shared_frames_are_out_than_the_window_has_and_none_is_written_while_it_is_read()
    {
        const int window = 3;
        using var frames = new LinkFrames(slots: 8);
        using var bench = new LinkBench(LinkBench.Patient with { WindowFrames = window });
        var sink = new RecordingSink { Holds = true };
        var (sender, _) = bench.Connect(overUnix: true, sink);

        for (var i = 0; i < 50; i++)
        {
            Offer(sender, frames.Make());
            if (i < window) sink.WaitFor(told => told.Frames == i + 1);
        }

        Assert.Equal(window, sink.Frames);
        var pixels = new byte[frames.Pool.FrameBytes];
        foreach (var held in sink.Held)
        {
            LinkFrames.Fill(pixels, held.Header.Sequence);
            Assert.True(held.Pixels.SequenceEqual(pixels));
        }

        sink.GiveBack();

        // The newest ones have waited; the others were told as missed before.
        sink.WaitFor(told => told.Accounted == 50);
        Assert.Equal(50ul, Assert.IsType<Told.Pixels>(sink.All[^1]).Header.Sequence);
        sink.GiveBack();
        LinkBench.WaitUntilFree(frames.Pool);
    }

    [Fact]
    public void A_reader_without_a_free_slot_misses_the_frame_and_goes_on()
    {
        using var frames = new LinkFrames();
        using var bench = new LinkBench { Shelf = new PoolShelf("reader", 2, false) };
        var sink = new RecordingSink { Holds = true };
        var (sender, _) = bench.Connect(overUnix: false, sink);

        for (var i = 0; i < 4; i++)
        {
            Offer(sender, frames.Make(set: (ulong)i + 5));
            var sent = i + 1;
            sink.WaitFor(told => told.Accounted == sent);
        }

        Assert.Equal([new Told.Gap(3, 7, FrameDropReason.NoFreeSlot, 1), new Told.Gap(4, 8, FrameDropReason.NoFreeSlot, 1)], sink.All.Skip(2));
        sink.GiveBack();
        Offer(sender, frames.Make());
        sink.WaitFor(static told => told.Frames == 3);
        Assert.Equal(2, bench.Got.Missed);
        sink.GiveBack();
    }

    [Theory]
    [MemberData(nameof(Carriers))]
    public void Another_size_of_frames_is_followed_and_what_is_held_of_the_old_one_stays(bool overUnix, bool isSealed)
    {
        using var small = new LinkFrames(isSealed: isSealed);
        using var large = new LinkFrames(isSealed: isSealed, width: 128, height: 64);
        using var bench = new LinkBench();
        var sink = new RecordingSink { Holds = true };
        var (sender, _) = bench.Connect(overUnix, sink);

        Offer(sender, small.Make());
        sink.WaitFor(static told => told.Frames == 1);
        Offer(sender, large.Make());
        sink.WaitFor(static told => told.Frames == 2);

        Assert.Equal([small.Pool.FrameBytes, large.Pool.FrameBytes], sink.Held.Select(static frame => frame.Pixels.Length));
        var pixels = new byte[small.Pool.FrameBytes];
        LinkFrames.Fill(pixels, 1);
        Assert.True(sink.Held[0].Pixels.SequenceEqual(pixels));
        sink.GiveBack();
        LinkBench.WaitUntilFree(small.Pool);
        LinkBench.WaitUntilFree(large.Pool);
    }

    private static void Offer(LinkSender sender, Frame frame)
    {
        sender.Offer(frame);
        frame.Return();
    }

    // Each number comes once: by itself, or as one of those that a note counts back from its own; and sets are told with their frames.
    private static void AssertInOrder(IReadOnlyList<Told> all, int count)
    {
        ulong next = 1;
        foreach (var told in all)
        {
            if (told is Told.Over) continue;
            var (sequence, set, missed) = told is Told.Gap gap
                ? (gap.Sequence, gap.ControlSet, gap.Count)
                : (((Told.Pixels)told).Header.Sequence, ((Told.Pixels)told).Header.ControlSet, 1);
            Assert.Equal(next + (ulong)missed - 1, sequence);
            Assert.Equal((sequence - 1) % 5 == 0 ? sequence : 0, set);
            for (var number = next; number < sequence; number++) Assert.NotEqual(0ul, (number - 1) % 5);
            next = sequence + 1;
        }

        Assert.Equal((ulong)count + 1, next);
    }
}

using System.Collections.Concurrent;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Tests.Frames;

public sealed class FramePoolTests
{
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(30);

    [Fact]
    public void Slots_lie_on_pages_of_a_file_that_cannot_change_its_size()
    {
        using var pool = new FramePool("test", 10_000, 3);
        Assert.Equal(20_480, pool.SlotBytes);
        Assert.Equal(3 * 20_480, pool.File.Size);
        Assert.True(pool.File.Seals.HasFlag(MemorySeals.Shrink | MemorySeals.Grow));
        Assert.Equal((3, 3, 0, 10_000), (pool.Slots, pool.Free, pool.Leased, pool.FrameBytes));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, FramePool.MaximumSlots + 1)]
    public void Sizes_out_of_range_are_refused(int bytes, int slots) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FramePool("test", bytes, slots));

    [Fact]
    public void Another_mapping_of_the_file_sees_header_controls_and_pixels_at_their_places()
    {
        using var pool = new FramePool("test", 100, 2);
        var first = pool.TryRent()!;
        var slot = pool.TryRent()!;
        slot.Pixels.Fill(7);
        slot.Header.BytesUsed = 60;
        slot.Header.Sequence = 0x1122334455667788;
        slot.Applied[0] = new ControlEntry(9, ControlValue.FromFixed(2.5));
        slot.Header.AppliedCount = 1;
        var frame = slot.Publish();
        first.Abandon();

        using var other = pool.File.Map(MapAccess.ReadOnly);
        var start = slot.Index * pool.SlotBytes;
        Assert.Equal(FrameHeader.ExpectedMagic, other.ReadUInt32Acquire(start));
        Assert.Equal(0x1122334455667788ul, other.ReadUInt64Acquire(start + 8));
        Assert.Equal(9u, other.ReadUInt32Acquire(start + 128));
        Assert.Equal((byte)ControlType.Fixed, other.Read(start + 136, 1)[0]);
        Assert.Equal(new byte[] { 7, 7 }, other.Read(start + 8192, 2).ToArray());
        Assert.Equal(60, frame.Pixels.Length);
        Assert.Equal(2.5, Assert.Single(frame.Applied.ToArray()).Value.AsFixed());
        Assert.Equal(0x1122334455667788ul, frame.Header.Sequence);
        frame.Return();
    }

    [Fact]
    public void Frame_shows_what_was_published_even_if_the_shared_header_is_changed_afterwards()
    {
        using var pool = new FramePool("test", 100, 1);
        var slot = pool.TryRent()!;
        slot.Header.BytesUsed = 60;
        var frame = slot.Publish();
        using var other = pool.File.Map(MapAccess.ReadWrite);
        other.Write(52, 4).Fill(0xFF);
        other.Write(68, 4).Fill(0xFF);
        Assert.Equal(60, frame.Pixels.Length);
        Assert.Equal(0, frame.Applied.Length);
        frame.Return();
    }

    [Fact]
    public void What_is_sealed_can_be_written_by_the_pool_alone_also_by_whoever_opens_its_file_anew()
    {
        using var pool = new FramePool("test", 100, 1, isSealed: true);
        Assert.True(pool.IsSealed);
        Assert.Throws<LinuxException>(() => pool.File.Map(MapAccess.ReadWrite));
        using (var again = File.Open($"/proc/self/fd/{pool.File.Descriptor.Number}", FileMode.Open, FileAccess.ReadWrite))
        {
            Assert.ThrowsAny<Exception>(() => RandomAccess.Write(again.SafeFileHandle, [1], 0));
            Assert.ThrowsAny<Exception>(() => RandomAccess.SetLength(again.SafeFileHandle, 0));
        }

        using var other = pool.File.Map(MapAccess.ReadOnly);
        var slot = pool.TryRent()!;
        slot.Pixels.Fill(7);
        slot.Header.BytesUsed = 100;
        Assert.Equal(7, other.Read(FrameHeader.PixelOffset, 1)[0]);
        slot.Publish().Return();
    }

    [Fact]
    public void Renting_ends_with_null_when_every_slot_is_written_or_held()
    {
        using var pool = new FramePool("test", 100, 2);
        var written = pool.TryRent()!;
        var held = pool.TryRent()!.Publish();
        Assert.Null(pool.TryRent());
        Assert.Equal((0, 1), (pool.Free, pool.Leased));
        held.Return();
        Assert.Equal((1, 0), (pool.Free, pool.Leased));
        Assert.Equal(held.Handle.Slot, pool.TryRent()!.Index);
        Assert.Null(pool.TryRent());
        written.Abandon();
        Assert.Equal(1, pool.Free);
    }

    [Fact]
    public void Lease_keeps_the_slot_until_given_back()
    {
        using var pool = new FramePool("test", 100, 1);
        var frame = pool.TryRent()!.Publish();
        var lease = frame.Lease();
        Assert.Equal(2, frame.Leases);
        frame.Return();
        Assert.Null(pool.TryRent());
        Assert.Same(frame, lease.Frame);
        lease.Dispose();
        Assert.NotNull(pool.TryRent());
    }

    [Fact]
    public void Handle_of_an_earlier_generation_gets_no_lease()
    {
        using var pool = new FramePool("test", 100, 1);
        var first = pool.TryRent()!.Publish();
        var old = first.Handle;
        Assert.True(pool.TryLease(old, out var lease));
        lease.Dispose();
        first.Return();
        Assert.False(pool.TryLease(old, out _));
        var slot = pool.TryRent()!;
        Assert.False(pool.TryLease(old, out _));
        Assert.Equal(default, slot.Header.Sequence);
        var second = slot.Publish();
        Assert.NotEqual(old, second.Handle);
        Assert.False(pool.TryLease(old, out _));
        Assert.Throws<ArgumentException>(() => pool[old]);
        Assert.Same(second, pool[second.Handle]);
        second.Return();
    }

    [Fact]
    public void Handle_of_another_pool_or_of_no_slot_gets_no_lease()
    {
        using var pool = new FramePool("test", 100, 1);
        var frame = pool.TryRent()!.Publish();
        Assert.False(pool.TryLease(frame.Handle with { Pool = frame.Handle.Pool + 1 }, out _));
        Assert.False(pool.TryLease(frame.Handle with { Slot = 1 }, out _));
        Assert.False(pool.TryLease(frame.Handle with { Slot = -1 }, out _));
        frame.Return();
    }

    [Fact]
    public void More_returns_than_leases_are_an_error()
    {
        using var pool = new FramePool("test", 100, 1);
        var frame = pool.TryRent()!.Publish();
        var lease = frame.Lease();
        lease.Dispose();
        frame.Return();
        Assert.Throws<InvalidOperationException>(frame.Return);
        Assert.Throws<InvalidOperationException>(() => frame.Lease());
        Assert.Throws<InvalidOperationException>(lease.Dispose);
        var slot = pool.TryRent()!;
        Assert.Throws<InvalidOperationException>(frame.Return);
        slot.Publish();
        Assert.Throws<InvalidOperationException>(lease.Dispose);
        frame.Return();
        default(FrameLease).Dispose();
    }

    [Fact]
    public void Slot_is_published_or_abandoned_once()
    {
        using var pool = new FramePool("test", 100, 1);
        var slot = pool.TryRent()!;
        slot.Abandon();
        Assert.Throws<InvalidOperationException>(slot.Abandon);
        Assert.Throws<InvalidOperationException>(() => slot.Publish());
        slot = pool.TryRent()!;
        slot.Publish();
        Assert.Throws<InvalidOperationException>(() => slot.Publish());
    }

    [Fact]
    public void Header_that_counts_more_than_the_slot_has_is_not_published()
    {
        using var pool = new FramePool("test", 100, 1);
        var slot = pool.TryRent()!;
        slot.Header.BytesUsed = 101;
        Assert.Throws<InvalidOperationException>(() => slot.Publish());
        slot.Header.BytesUsed = 100;
        slot.Header.AppliedCount = FrameHeader.MaximumApplied + 1;
        Assert.Throws<InvalidOperationException>(() => slot.Publish());
        slot.Header.AppliedCount = FrameHeader.MaximumApplied;
        Assert.Equal(100, slot.Publish().Pixels.Length);
    }

    [Fact]
    public void Memory_of_a_disposed_pool_stays_until_its_last_frame_is_given_back()
    {
        var pool = new FramePool("test", 100, 2);
        var slot = pool.TryRent()!;
        slot.Header.BytesUsed = 100;
        slot.Pixels.Fill(3);
        var frame = slot.Publish();
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.TryRent());
        Assert.Equal(1, pool.Free);
        Assert.True(pool.TryLease(frame.Handle, out var lease));
        Assert.Equal(3, frame.Pixels[99]);
        lease.Dispose();
        frame.Return();
        Assert.Throws<ObjectDisposedException>(() => frame.Pixels.Length);
    }

    [Fact]
    public void Frames_come_and_go_without_allocation()
    {
        using var pool = new FramePool("test", 4096, 4);
        Cycle(pool, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(pool, 1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task Readers_on_other_threads_never_see_a_slot_being_written_again()
    {
        const int Readers = 3;
        const int Frames = 4000;
        using var pool = new FramePool("test", 256, 4);
        var queues = Enumerable.Range(0, Readers).Select(_ => new BlockingCollection<FrameHandle>(2)).ToArray();
        var seen = new int[Readers];
        var readers = queues.Select((queue, index) => Task.Factory.StartNew(() =>
        {
            foreach (var handle in queue.GetConsumingEnumerable())
            {
                // The writer gave its own lease back before or after this: either is right, torn frames are not.
                if (!pool.TryLease(handle, out var lease))
                    continue;
                var expected = (byte)lease.Frame.Header.Sequence;
                Assert.Equal(handle, lease.Frame.Handle);
                Assert.False(lease.Frame.Pixels.ContainsAnyExcept(expected));
                seen[index]++;
                lease.Dispose();
            }
        }, TaskCreationOptions.LongRunning)).ToArray();

        for (var sequence = 1; sequence <= Frames;)
        {
            if (pool.TryRent() is not { } slot)
            {
                Thread.Yield();
                continue;
            }
            slot.Pixels.Fill((byte)sequence);
            slot.Header.Sequence = (ulong)sequence;
            slot.Header.BytesUsed = 256;
            var frame = slot.Publish();
            foreach (var queue in queues)
                Assert.True(queue.TryAdd(frame.Handle, _bound) || readers.Any(reader => reader.IsFaulted));
            frame.Return();
            sequence++;
        }
        foreach (var queue in queues)
            queue.CompleteAdding();
        await Task.WhenAll(readers).WaitAsync(_bound);
        Assert.Equal((4, 0), (pool.Free, pool.Leased));
        Assert.All(seen, count => Assert.InRange(count, 1, Frames));
    }

    private static void Cycle(FramePool pool, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var slot = pool.TryRent()!;
            slot.Header.BytesUsed = 1;
            slot.Pixels[0] = 1;
            slot.Applied[0] = default;
            var frame = slot.Publish();
            using (frame.Lease())
                _ = frame.Pixels.Length + frame.Applied.Length + (int)frame.Header.Sequence;
            if (pool.TryLease(frame.Handle, out var lease))
                lease.Dispose();
            frame.Return();
            pool.TryRent()!.Abandon();
        }
    }
}

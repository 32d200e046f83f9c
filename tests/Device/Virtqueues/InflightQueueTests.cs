using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.Virtqueues;

/// <summary>In-flight memory of one queue: its layout, and what somebody else may have written there.</summary>
public sealed class InflightQueueTests : IDisposable
{
    private const int Size = 4;
    private readonly MemoryFile _file = MemoryFile.Create("in-flight", 4096);
    private readonly MappedMemory _memory;

    public InflightQueueTests() => _memory = _file.Map(MapAccess.ReadWrite);

    public void Dispose()
    {
        _memory.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void It_is_laid_out_as_the_specification_says()
    {
        var queue = New();
        Assert.Equal(16 + (16 * Size), InflightQueue.Bytes(Size));
        Assert.Empty(queue.Recover(Size, 0x1122).Taken);
        Assert.Equal("0000000000000000 0100 0400 0000 2211", Header());
        queue.Taken(3);
        queue.Taken(2);
        Assert.Equal("0100000000000000 0100000000000000", Entry(2));
        Assert.Equal("0100000000000000 0000000000000000", Entry(3));
        queue.Completing(3);
        queue.Completed(3, 0x1123);
        queue.Completing(2);
        Assert.Equal("0000000000000000 0100 0400 0200 2311", Header());
        Assert.Equal("0100000000000300 0100000000000000", Entry(2));
        queue.Completed(2, 0x1124);
        Assert.Equal("0000000000000300 0100000000000000", Entry(2));
        Assert.Equal("0000000000000000 0100 0400 0200 2411", Header());
    }

    [Fact]
    public void A_batch_of_another_device_is_struck_out_along_its_list()
    {
        var queue = New();
        queue.Recover(Size, 10);
        foreach (ushort head in (ushort[])[0, 1, 2, 3]) queue.Taken(head);
        foreach (ushort head in (ushort[])[2, 0, 3]) queue.Completing(head);
        Assert.Equal([(ushort)1], New().Recover(Size, 13).Taken);
        Assert.Equal([(ushort)1], New().Recover(Size, 13).Taken);
    }

    [Fact]
    public void Those_in_flight_come_in_the_order_in_which_they_were_taken()
    {
        var queue = New();
        queue.Recover(Size, 0);
        foreach (ushort head in (ushort[])[2, 0, 3]) queue.Taken(head);
        queue = New();
        Assert.Equal([(ushort)2, 0, 3], queue.Recover(Size, 0).Taken);
        queue.Taken(1);
        Assert.Equal([(ushort)2, 0, 3, 1], New().Recover(Size, 0).Taken);
    }

    [Fact]
    public void Counters_that_nobody_counted_only_spoil_the_order()
    {
        New().Recover(Size, 0);
        foreach (var head in (int[])[0, 1, 2])
        {
            _memory.WriteUInt16Release(16 + (16 * head), 1);
            _memory.WriteUInt64Release(16 + (16 * head) + 8, ulong.MaxValue);
        }

        var queue = New();
        Assert.Equal(3, queue.Recover(Size, 0).Taken.Distinct().Count());
        queue.Taken(3);
        Assert.Equal(4, New().Recover(Size, 0).Taken.Distinct().Count());
    }

    [Theory]
    [InlineData(8, 2, "its version is 2")]
    [InlineData(10, 5, "it is for 5 descriptors; the message says 4")]
    [InlineData(10, 0, "it is for 0 descriptors")]
    [InlineData(14, 2, "it knows of used index 2, the ring says 7; it can be at most 4 further")]
    [InlineData(14, 8, "it knows of used index 8, the ring says 7")]
    [InlineData(16, 2, "descriptor 0 is marked with 2; 0 or 1 is right")]
    public void What_no_device_can_have_written_is_refused(int offset, ushort value, string why)
    {
        New().Recover(Size, 7);
        _memory.WriteUInt16Release(offset, value);
        Assert.Contains(why, Assert.Throws<VirtqueueException>(() => New().Recover(Size, 7)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_last_batch_beyond_the_queue_is_refused()
    {
        New().Recover(Size, 7);
        _memory.WriteUInt16Release(12, Size);
        var error = Assert.Throws<VirtqueueException>(() => New().Recover(Size, 8));
        Assert.Contains("its last batch has descriptor 4; the queue has 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_last_batch_that_goes_in_circles_ends_with_the_used_index()
    {
        New().Recover(Size, 7);
        _memory.WriteUInt16Release(16 + 6, 0);
        Assert.Empty(New().Recover(Size, 11).Taken);
        Assert.EndsWith("0b00", Header(), StringComparison.Ordinal);
    }

    [Fact]
    public void Chains_beyond_the_queue_are_refused()
    {
        New().Recover(Size, 0);
        _memory.WriteUInt16Release(16 + (16 * 2), 1);
        var error = Assert.Throws<VirtqueueException>(() => New().Recover(2, 0));
        Assert.Contains("descriptor 2 is in flight; the queue has 2", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<VirtqueueException>(() => New().Recover(8, 0));
        Assert.Contains("in-flight memory for 4 descriptors does not do for a queue of 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void New_memory_in_which_something_stands_all_the_same_is_cleared()
    {
        _memory.WriteUInt16Release(16, 1);
        Assert.Empty(New().Recover(Size, 0).Taken);
        Assert.Empty(New().Recover(Size, 0).Taken);
    }

    [Fact]
    public void A_chain_in_flight_is_read_anew_and_checked_like_any_other()
    {
        using var guest = new TestMemory();
        var ring = new DriverRing(guest, Size, VirtioFeatures.Version1);
        New().Recover(Size, 0);
        _memory.WriteUInt16Release(16 + 16, 1);
        ring.SetDescriptor(1, 0xdead_0000, 4, DescriptorFlags.Write, 0);
        var queue = Virtqueue.Start(ring.Settings() with { Inflight = New() });
        Assert.Equal((1, true), (queue.InFlightAtStart, queue.HasAvailable));
        var error = Assert.Throws<VirtqueueException>(() => queue.TryPop());
        Assert.Contains("no memory at guest address 0xdead0000", error.Message, StringComparison.Ordinal);
        queue.Stop();
    }

    [Fact]
    public void A_queue_that_cannot_go_on_says_which_one()
    {
        using var guest = new TestMemory();
        var ring = new DriverRing(guest, Size, VirtioFeatures.Version1);
        New().Recover(Size, 100);
        var error = Assert.Throws<VirtqueueException>(() => Virtqueue.Start(ring.Settings(index: 2) with { Inflight = New() }));
        Assert.StartsWith("queue 2 of 4 entries cannot start: in-flight memory:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keeping_track_allocates_nothing()
    {
        using var guest = new TestMemory();
        var ring = new DriverRing(guest, Size, VirtioFeatures.Version1);
        var queue = Virtqueue.Start(ring.Settings() with { Inflight = New() });
        ring.SetDescriptor(0, DriverRing.AddressOf(ring.Buffers), 4, DescriptorFlags.Write, 0);
        var before = 0L;
        for (var i = 0; i < 1000; i++)
        {
            ring.Publish(0);
            queue.Complete(queue.TryPop()!, 0);
            if (i == 10) before = GC.GetAllocatedBytesForCurrentThread();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        queue.Stop();
    }

    private InflightQueue New() => new(_memory, 0, Size);

    private string Header() => Hex(0, 8, 2, 2, 2, 2);

    private string Entry(int head) => Hex(16 + (16 * head), 8, 8);

    private string Hex(int offset, params int[] lengths)
    {
        var parts = new List<string>();
        foreach (var length in lengths)
        {
            parts.Add(Convert.ToHexStringLower(_memory.Read(offset, length)));
            offset += length;
        }

        return string.Join(' ', parts);
    }
}

using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Virtqueues;

/// <summary>What a hostile driver can write into its ring. Each case names the queue and the fault, and breaks that queue alone.</summary>
public sealed class HostileRingTests : IDisposable
{
    private const DescriptorFlags Next = DescriptorFlags.Next;
    private const DescriptorFlags Write = DescriptorFlags.Write;
    private const DescriptorFlags Table = DescriptorFlags.Indirect;
    private readonly TestMemory _guest = new();
    private readonly DriverRing _ring;
    private readonly Virtqueue _queue;

    public HostileRingTests()
    {
        _ring = new DriverRing(_guest, 8, VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors);
        _queue = Virtqueue.Start(_ring.Settings(index: 2));
    }

    public void Dispose()
    {
        _queue.Stop();
        _guest.Dispose();
    }

    [Fact]
    public void A_chain_that_loops()
    {
        _ring.SetDescriptor(0, At(0), 4, Next, 1);
        _ring.SetDescriptor(1, At(0), 4, Next, 0);
        Expect("more than 8 descriptors: it loops");
    }

    [Fact]
    public void A_descriptor_that_is_its_own_next()
    {
        _ring.SetDescriptor(0, At(0), 4, Next, 0);
        Expect("it loops");
    }

    [Fact]
    public void A_chain_in_a_table_that_is_longer_than_the_queue()
    {
        for (var i = 0; i < 9; i++) _ring.SetTableEntry(_ring.Tables, i, At(0), 4, i < 8 ? Next : 0, (ushort)(i + 1));
        _ring.SetDescriptor(0, DriverRing.AddressOf(_ring.Tables), 9 * 16, Table, 0);
        Expect("longer than the queue");
    }

    [Fact]
    public void A_chain_as_long_as_the_queue_is_right()
    {
        for (var i = 0; i < 8; i++) _ring.SetDescriptor(i, At(i), 1, i < 7 ? Next : 0, (ushort)(i + 1));
        _ring.Publish(0);
        Assert.Equal(8, _queue.TryPop()!.ReadableBytes);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(65535)]
    public void A_next_that_is_out_of_range(int next)
    {
        _ring.SetDescriptor(0, At(0), 4, Next, (ushort)next);
        Expect($"descriptor 0 goes on at {next}; there are 8");
    }

    [Theory]
    [InlineData(0x3fff_ffffUL, 4u, "no memory")]
    [InlineData(0UL, 4u, "no memory at guest address 0x0")]
    [InlineData(0x4010_0000UL, 1u, "no memory")]
    [InlineData(0x400f_fffeUL, 4u, "no memory at guest address 0x40100000")]
    [InlineData(0xffff_ffff_ffff_fffeUL, 4u, "wraps around 2^64")]
    [InlineData(0x4000_0000UL, 0u, "length 0")]
    [InlineData(0x4000_0000UL, 0xffff_ffffu, "at most 2147483647")]
    [InlineData(0x4000_0000UL, 0x7fff_ffffu, "no memory")]
    public void A_buffer_that_is_not_in_memory(ulong address, uint length, string why)
    {
        _ring.SetDescriptor(0, address, length, Write, 0);
        Expect(why);
    }

    [Fact]
    public void Buffers_that_are_too_large_together()
    {
        using var huge = MemoryFile.Create("huge", 1L << 30);
        var region = new Device.GuestMemory.MemoryRegion(0x1_0000_0000, 1 << 30, 0x1000, 0);
        var table = Device.GuestMemory.MemoryTable.Create([_guest.Region, region], [_guest.File.Descriptor, huge.Descriptor], new());
        var queue = Virtqueue.Start(_ring.Settings() with { Memory = table });
        for (var i = 0; i < 3; i++) _ring.SetDescriptor(i, region.GuestAddress, 1 << 30, i < 2 ? Next : 0, (ushort)(i + 1));
        _ring.Publish(0);
        var refused = Assert.Throws<VirtqueueException>(() => queue.TryPop());
        Assert.Contains("the chain has 2147483648 bytes", refused.Message, StringComparison.Ordinal);
        queue.Stop();
        table.Retire();
    }

    [Fact]
    public void A_readable_buffer_behind_a_writable_one()
    {
        _ring.SetDescriptor(0, At(0), 4, Write | Next, 1);
        _ring.SetDescriptor(1, At(4), 4, 0, 0);
        Expect("readable buffers come first");
    }

    [Theory]
    [InlineData(9)]
    [InlineData(32768)]
    [InlineData(65535)]
    public void An_available_index_that_jumps_or_goes_backwards(int index)
    {
        _ring.SetAvailableIndex((ushort)index);
        ExpectPop($"jumped to {index}");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(65535)]
    public void A_head_that_is_out_of_range(int head)
    {
        _ring.Publish((ushort)head);
        ExpectPop($"names descriptor {head}; there are 8");
    }

    [Fact]
    public void The_same_head_twice_while_it_is_held()
    {
        _ring.SetDescriptor(3, At(0), 4, 0, 0);
        _ring.Publish(3);
        _ring.Publish(3);
        var chain = _queue.TryPop()!;
        ExpectPop("descriptor 3, whose chain the device still holds");

        // Given back later, it touches nothing any more: the queue is broken.
        var before = _ring.UsedIndex;
        Assert.False(_queue.Complete(chain, 0));
        Assert.Equal(before, _ring.UsedIndex);
        Assert.Equal(0, _queue.Held);
    }

    [Fact]
    public void The_same_head_again_after_it_was_given_back_is_right()
    {
        _ring.SetDescriptor(3, At(0), 4, 0, 0);
        for (var i = 0; i < 20; i++)
        {
            _ring.Publish(3);
            Assert.True(_queue.Complete(_queue.TryPop()!, 0));
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(15u)]
    [InlineData(17u)]
    public void A_table_whose_length_is_not_one_of_descriptors(uint length)
    {
        _ring.SetDescriptor(0, DriverRing.AddressOf(_ring.Tables), length, Table, 0);
        Expect($"an indirect table of {length} bytes");
    }

    [Theory]
    [InlineData(0UL, 16u)]
    [InlineData(0x400f_fff0UL, 32u)]
    [InlineData(0xffff_ffff_ffff_fff0UL, 32u)]
    [InlineData(0x4000_0000UL, 0xffff_fff0u)]
    public void A_table_that_is_not_in_memory(ulong address, uint length)
    {
        _ring.SetDescriptor(0, address, length, Table, 0);
        Expect("the indirect table of descriptor 0");
    }

    [Fact]
    public void A_table_in_a_table()
    {
        _ring.SetDescriptor(0, DriverRing.AddressOf(_ring.Tables), 16, Table, 0);
        _ring.SetTableEntry(_ring.Tables, 0, DriverRing.AddressOf(_ring.Tables), 16, Table, 0);
        Expect("tables do not nest");
    }

    [Fact]
    public void A_table_that_has_a_next()
    {
        _ring.SetDescriptor(0, DriverRing.AddressOf(_ring.Tables), 16, Table | Next, 1);
        Expect("the last of its chain");
    }

    [Fact]
    public void A_loop_in_a_table()
    {
        _ring.SetDescriptor(0, DriverRing.AddressOf(_ring.Tables), 32, Table, 0);
        _ring.SetTableEntry(_ring.Tables, 0, At(0), 4, Next, 1);
        _ring.SetTableEntry(_ring.Tables, 1, At(0), 4, Next, 0);
        Expect("more than 2 descriptors: it loops");
    }

    [Fact]
    public void A_next_beyond_the_table()
    {
        _ring.SetDescriptor(0, DriverRing.AddressOf(_ring.Tables), 32, Table, 0);
        _ring.SetTableEntry(_ring.Tables, 0, At(0), 4, Next, 2);
        Expect("goes on at 2; the table has 2");
    }

    [Fact]
    public void A_table_that_was_not_negotiated()
    {
        var ring = new DriverRing(_guest, 8, VirtioFeatures.Version1, 512 * 1024);
        var queue = Virtqueue.Start(ring.Settings());
        ring.SetDescriptor(0, DriverRing.AddressOf(_ring.Tables), 16, Table, 0);
        ring.Publish(0);
        Assert.Contains("not negotiated", Assert.Throws<VirtqueueException>(() => queue.TryPop()).Message, StringComparison.Ordinal);
        queue.Stop();
    }

    [Fact]
    public void A_descriptor_that_changes_after_it_was_popped_changes_nothing()
    {
        _ring.SetDescriptor(0, At(0), 4, Write, 0);
        _ring.Publish(0);
        var chain = _queue.TryPop()!;
        _ring.SetDescriptor(0, 0xdead_0000, 0xffff_ffff, Write | Next, 99);
        Assert.Equal(4, chain.WritableBytes);
        Assert.Equal(4, chain.Write(0, [1, 2, 3, 4, 5]));
        Assert.Equal([1, 2, 3, 4, 0], _guest.Bytes.Read(_ring.Buffers, 5).ToArray());
        Assert.True(_queue.Complete(chain, 4));
    }

    [Fact]
    public void A_used_ring_that_the_driver_scribbles_on_does_not_lead_the_device_astray()
    {
        _ring.SetDescriptor(0, At(0), 4, Write, 0);
        for (var i = 0; i < 12; i++)
        {
            _guest.Bytes.Write(_ring.Used, SplitRingLayout.UsedAreaBytes(8, false)).Fill(0xff);
            _ring.Publish(0);
            Assert.True(_queue.Complete(_queue.TryPop()!, 0));
            Assert.Equal((ushort)(i + 1), _ring.UsedIndex);
        }
    }

    [Fact]
    public void A_broken_queue_gives_nothing_more_and_says_why()
    {
        _ring.SetAvailableIndex(100);
        ExpectPop("jumped");
        _ring.SetAvailableIndex(0);
        Assert.Null(_queue.TryPop());
        Assert.False(_queue.IsRunning);
        Assert.False(_queue.HasAvailable);
        Assert.False(_queue.TryBeginWrite());
        Assert.Contains("jumped", _queue.BrokenBecause, StringComparison.Ordinal);
        _queue.Break("another reason");
        Assert.Contains("jumped", _queue.BrokenBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_nonsense_in_the_ring_is_refused_or_gives_a_chain_within_memory()
    {
        // Random bytes all over the ring, with a bias towards small numbers so that chains come about, popped until the queue breaks or is
        // empty.
        var nonsense = Gen.Choose(0, int.MaxValue).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(nonsense, seed =>
        {
            var random = new System.Random(seed);
            using var guest = new TestMemory(1 << 16);
            var eventIndex = random.Next(2) == 0 ? VirtioFeatures.EventIndex : 0;
            var ring = new DriverRing(guest, 8, VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | eventIndex);
            var queue = Virtqueue.Start(ring.Settings());
            for (var i = 0; i < 8; i++)
            {
                var address = TestMemory.GuestBase + (ulong)random.Next(random.Next(10) == 0 ? 1 << 20 : 0x3000);
                var length = random.Next(8) == 0 ? (uint)random.Next() : (uint)random.Next(8) * 16;
                var flags = (DescriptorFlags)random.Next(random.Next(2) == 0 ? 4 : 8);
                ring.SetDescriptor(i, address & ~15UL, length, flags, (ushort)random.Next(9));
                ring.SetAvailableEntry((ushort)i, (ushort)random.Next(random.Next(4) == 0 ? 9 : 8));
            }

            random.NextBytes(guest.Bytes.Write(ring.Tables, 0x800));
            ring.SetAvailableIndex((ushort)random.Next(10));
            try
            {
                while (queue.TryPop() is { } chain)
                {
                    foreach (var piece in chain.Readable) Assert.True(piece.Offset >= 0 && piece.Offset + piece.Length <= 1 << 16);
                    foreach (var piece in chain.Writable) Assert.True(piece.Offset >= 0 && piece.Offset + piece.Length <= 1 << 16);
                    if (random.Next(2) == 0) queue.Complete(chain, chain.WritableBytes);
                }
            }
            catch (VirtqueueException)
            {
                Assert.False(queue.IsRunning);
            }

            queue.Stop();
            guest.Table.Retire();
            return guest.Table.IsReleased;
        }));
    }

    private ulong At(int offset) => DriverRing.AddressOf(_ring.Buffers + offset);

    private void Expect(string why)
    {
        _ring.Publish(0);
        ExpectPop(why);
    }

    private void ExpectPop(string why)
    {
        var refused = Assert.Throws<VirtqueueException>(() => _queue.TryPop());
        Assert.StartsWith("queue 2: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Null(_queue.TryPop());
    }
}

using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.Virtqueues;

public sealed class VirtqueueTests : IDisposable
{
    private const ulong Plain = VirtioFeatures.Version1;
    private const ulong Indirect = Plain | VirtioFeatures.IndirectDescriptors;
    private readonly TestMemory _guest = new();

    public void Dispose() => _guest.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_chain_is_read_and_written_across_its_buffers(bool indirect)
    {
        var ring = new DriverRing(_guest, 8, Indirect);
        var queue = Virtqueue.Start(ring.Settings());
        var at = ring.Buffers;
        _guest.Bytes.Write(at, 3).Fill(1);
        _guest.Bytes.Write(at + 100, 5).Fill(2);
        ring.Add(
            [(Address(at), 3, false), (Address(at + 100), 5, false), (Address(at + 200), 4, true), (Address(at + 300), 6, true)],
            indirect,
            "mine");

        var chain = queue.TryPop();
        Assert.NotNull(chain);
        Assert.Equal((8, 10), (chain.ReadableBytes, chain.WritableBytes));
        Span<byte> read = stackalloc byte[20];
        Assert.Equal(8, chain.Read(0, read));
        Assert.Equal([1, 1, 1, 2, 2, 2, 2, 2], read[..8].ToArray());
        Assert.Equal(2, chain.Read(2, read[..2]));
        Assert.Equal([1, 2], read[..2].ToArray());
        Assert.Equal(0, chain.Read(8, read));
        Assert.Equal(3, chain.Write(3, [7, 8, 9]));
        Assert.Equal(2, chain.Write(8, [5, 6, 7, 8]));
        Assert.Equal([0, 0, 0, 7], _guest.Bytes.Read(at + 200, 4).ToArray());
        Assert.Equal([8, 9, 0, 0, 5, 6], _guest.Bytes.Read(at + 300, 6).ToArray());

        Assert.False(ring.TryReap(out _, out _));
        Assert.True(queue.Complete(chain, 10));
        Assert.True(ring.TryReap(out var tag, out var written));
        Assert.Equal(("mine", 10u), ((string)tag!, written));
        Assert.Equal(0, queue.Held);
        queue.Stop();
    }

    [Fact]
    public void A_chain_may_have_direct_descriptors_before_an_indirect_one()
    {
        var ring = new DriverRing(_guest, 4, Indirect);
        var queue = Virtqueue.Start(ring.Settings());
        ring.SetDescriptor(2, Address(ring.Buffers), 8, DescriptorFlags.Next, 1);

        // The write flag of the descriptor that refers to a table means nothing.
        ring.SetDescriptor(1, Address(ring.Tables), 32, DescriptorFlags.Indirect | DescriptorFlags.Write, 0);
        ring.SetTableEntry(ring.Tables, 0, Address(ring.Buffers + 8), 4, DescriptorFlags.Next, 1);
        ring.SetTableEntry(ring.Tables, 1, Address(ring.Buffers + 16), 16, DescriptorFlags.Write, 0);
        ring.Publish(2);
        var chain = queue.TryPop();
        Assert.Equal((12, 16), (chain!.ReadableBytes, chain.WritableBytes));
        queue.Stop();
    }

    [Fact]
    public void A_buffer_may_cross_from_one_region_into_the_next()
    {
        using var second = MemoryFile.Create("second", 4096);
        var next = new MemoryRegion(TestMemory.GuestBase + _guest.Region.Size, 4096, 0x1000, 0);
        var table = MemoryTable.Create([_guest.Region, next], [_guest.File.Descriptor, second.Descriptor], new MemoryLimits());
        var ring = new DriverRing(_guest, 4, Plain);
        var queue = Virtqueue.Start(ring.Settings() with { Memory = table });
        ring.Add([(next.GuestAddress - 2, 5, true)], false);
        var chain = queue.TryPop()!;
        Assert.Equal(5, chain.WritableBytes);
        Assert.Equal(5, chain.Write(0, [1, 2, 3, 4, 5]));
        using var behind = second.Map(MapAccess.ReadOnly);
        Assert.Equal([3, 4, 5, 0], behind.Read(0, 4).ToArray());
        queue.Complete(chain, 5);

        ring.Add([(next.GuestAddress + 4090, 7, true)], false);
        var refused = Assert.Throws<VirtqueueException>(() => queue.TryPop());
        Assert.Contains("no memory at guest address", refused.Message, StringComparison.Ordinal);
        queue.Stop();
        table.Retire();
        Assert.True(table.IsReleased);
    }

    [Fact]
    public void The_indexes_go_on_over_the_wrap_of_16_bits()
    {
        var ring = new DriverRing(_guest, 4, Plain | VirtioFeatures.EventIndex, start: 65534);
        var queue = Virtqueue.Start(ring.Settings(start: 65534));
        for (var i = 0; i < 10; i++)
        {
            ring.Add([(Address(ring.Buffers), 4, true)], false, i);
            Assert.True(queue.Complete(queue.TryPop()!, i % 4));
            Assert.True(ring.TryReap(out var tag, out var written));
            Assert.Equal((i, (uint)i % 4), ((int)tag!, written));
        }

        Assert.Equal((ushort)8, queue.Stop());
    }

    [Fact]
    public void A_ring_goes_on_from_the_base_and_the_used_index_that_it_stood_at()
    {
        var ring = new DriverRing(_guest, 4, Plain);
        var first = Virtqueue.Start(ring.Settings());
        for (var i = 0; i < 3; i++)
        {
            ring.Add([(Address(ring.Buffers), 4, true)], false, i);
            first.Complete(first.TryPop()!, 0);
        }

        var next = first.Stop();
        Assert.Equal(3, next);
        ring.Add([(Address(ring.Buffers), 4, true)], false, 3);
        var second = Virtqueue.Start(ring.Settings(start: next));
        second.Complete(second.TryPop()!, 0);
        for (var i = 0; i < 4; i++) Assert.True(ring.TryReap(out var tag, out _) && (int)tag! == i);
        second.Stop();
    }

    [Fact]
    public void Completing_is_refused_for_what_the_holder_gets_wrong()
    {
        var ring = new DriverRing(_guest, 4, Plain);
        var other = new DriverRing(_guest, 4, Plain, 512 * 1024);
        var queue = Virtqueue.Start(ring.Settings());
        var stranger = Virtqueue.Start(other.Settings());
        ring.Add([(Address(ring.Buffers), 4, true)], false);
        var chain = queue.TryPop()!;
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.Complete(chain, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.Complete(chain, -1));
        Assert.Throws<ArgumentException>(() => stranger.Complete(chain, 0));
        Assert.Equal(1, queue.Held);
        Assert.True(queue.Complete(chain, 4));
        Assert.Throws<InvalidOperationException>(() => queue.Complete(chain, 0));
        queue.Stop();
        stranger.Stop();
    }

    public static TheoryData<string, RingAddresses> BadAddresses
    {
        get
        {
            const ulong f = TestMemory.FrontendBase;
            return new()
            {
                { "multiple of 16", new(f + 8, f + 0x1000, f + 0x2000) },
                { "multiple of 2", new(f, f + 0x1001, f + 0x2000) },
                { "multiple of 4", new(f, f + 0x1000, f + 0x2002) },
                { "descriptor area 0x0+128 is not inside", new(0, f + 0x1000, f + 0x2000) },
                { "available area", new(f, f + 0x10_0000 - 4, f + 0x2000) },
                { "used area", new(f, f + 0x1000, ulong.MaxValue - 3) },
                { "overlap", new(f, f + 0x40, f + 0x2000) },
                { "overlap", new(f, f + 0x1000, f + 0x1004) },
                { "overlap", new(f + 0x1000, f + 0x2000, f + 0x1000) },
            };
        }
    }

    [Theory]
    [MemberData(nameof(BadAddresses))]
    public void A_ring_does_not_start_at_addresses_that_cannot_be(string why, RingAddresses addresses)
    {
        var ring = new DriverRing(_guest, 8, Plain);
        var refused = Assert.Throws<VirtqueueException>(() => Virtqueue.Start(ring.Settings() with { Addresses = addresses }));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains("queue 0", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4)]
    [InlineData(3)]
    [InlineData(65536)]
    public void A_ring_does_not_start_with_a_size_that_cannot_be(int size)
    {
        var ring = new DriverRing(_guest, 8, Plain);
        Assert.Throws<ArgumentOutOfRangeException>(() => Virtqueue.Start(ring.Settings() with { Size = size }));
    }

    [Fact]
    public void A_ring_does_not_start_in_a_file_where_its_words_would_straddle()
    {
        var odd = new MemoryRegion(0x1000, 0x8000, 0x1000, 1);
        var table = MemoryTable.Create([odd], [_guest.File.Descriptor], new MemoryLimits());
        var settings = new DriverRing(_guest, 8, Plain).Settings() with { Memory = table, Addresses = new(0x1000, 0x2000, 0x3000) };
        var refused = Assert.Throws<VirtqueueException>(() => Virtqueue.Start(settings));
        Assert.Contains("not aligned", refused.Message, StringComparison.Ordinal);
        table.Retire();
        Assert.True(table.IsReleased);
    }

    [Fact]
    public void Popping_and_completing_allocate_nothing()
    {
        var ring = new DriverRing(_guest, 16, Indirect | VirtioFeatures.EventIndex);
        var calls = 0;
        var queue = Virtqueue.Start(ring.Settings(() => calls++));
        ring.Add([(Address(ring.Buffers), 16, false), (Address(ring.Buffers + 64), 16, true)], false);
        var (first, second, third) = (Address(ring.Buffers), Address(ring.Buffers + 64), Address(ring.Buffers + 128));
        ring.Add([(first, 16, false), (second, 16, true), (third, 4, true)], true);
        Span<byte> scratch = stackalloc byte[16];
        Round(scratch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) Round(scratch);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        queue.Stop();

        void Round(Span<byte> bytes)
        {
            // The same two chains again and again; only the index of the driver moves.
            var one = queue.TryPop()!;
            var other = queue.TryPop()!;
            _ = queue.TryPop();
            one.Read(0, bytes);
            other.Write(0, bytes);
            queue.Complete(other, 16);
            queue.Complete(one, 16);
            ring.Publish(one.Head);
            ring.Publish(other.Head);
        }
    }

    private static ulong Address(int place) => DriverRing.AddressOf(place);
}

using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Virtqueues;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Guest.Tests.Virtqueues;

public sealed class DriverQueueTests
{
    private static readonly GuestSegment[] OneByte = [new(0x1_0000_0000, 1)];

    /// <summary>One step of a script: what to do, and two numbers that choose how.</summary>
    private sealed record Step(int What, int A, int B);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Every_chain_reaches_the_device_as_added_and_comes_back_once(bool indirect, bool eventIndex)
    {
        var step = from what in Gen.Choose(0, 7) from a in Gen.Choose(0, 4) from b in Gen.Choose(0, 3) select new Step(what, a, b);
        var script = step.ListOf(500).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(12), Prop.ForAll(script, steps => Run([.. steps], indirect, eventIndex)));
    }

    [Fact]
    public void A_kick_is_needed_exactly_when_the_published_entries_pass_the_device_event_index()
    {
        using var ram = GuestRam.Create(1 << 16);
        using var queue = new DriverQueue(ram, 0, new DriverQueueOptions { Size = 8 });
        var device = new RingModel(ram, queue, eventIndex: true);
        device.WantKick(true);
        Assert.False(queue.Publish());
        Add(queue, 0);
        Assert.True(queue.Publish());
        Add(queue, 1);
        Assert.False(queue.Publish());       // still the index of the first: the device knows there is something
        device.Pop();
        device.Pop();
        device.WantKick(true);
        Add(queue, 2);
        Add(queue, 3);
        Assert.True(queue.Publish());
    }

    [Fact]
    public void Enabling_calls_tells_of_what_was_used_meanwhile()
    {
        using var ram = GuestRam.Create(1 << 16);
        using var queue = new DriverQueue(ram, 0, new DriverQueueOptions { Size = 4, MaximumSegments = 4 });
        var device = new RingModel(ram, queue, eventIndex: true);
        Add(queue, 7);
        queue.Publish();
        Assert.False(queue.EnableCalls());
        Assert.True(device.Use((uint)device.Pop()!.Head, 0));
        Assert.True(queue.EnableCalls());
        Assert.True(queue.TryReclaim(out var used));
        Assert.Equal(7, used.Token);
        Assert.False(queue.EnableCalls());
    }

    [Fact]
    public void A_full_ring_refuses_and_changes_nothing()
    {
        using var ram = GuestRam.Create(1 << 16);
        using var queue = new DriverQueue(ram, 0, new DriverQueueOptions { Size = 4, Indirect = false, MaximumSegments = 4 });
        GuestSegment[] two = [new(ram.GuestAddress, 1), new(ram.GuestAddress, 2)];
        Assert.True(queue.TryAdd(two, OneByte, 1));
        Assert.False(queue.TryAdd(two, [], 2));
        Assert.Equal(1, queue.FreeDescriptors);
        Assert.True(queue.TryAdd(OneByte, [], 3));
        Assert.Equal(2, queue.Held);
    }

    [Fact]
    public void Chains_that_no_device_could_take_are_refused()
    {
        using var ram = GuestRam.Create(1 << 16);
        using var queue = new DriverQueue(ram, 0, new DriverQueueOptions { Size = 4, MaximumSegments = 2 });
        Assert.Throws<ArgumentException>(() => queue.TryAdd([], [], 0));
        Assert.Throws<ArgumentException>(() => queue.TryAdd([new GuestSegment(0x1_0000_0000, 0)], [], 0));
        Assert.Throws<ArgumentException>(() => queue.TryAdd(OneByte, [OneByte[0], OneByte[0]], 0));
        Assert.Throws<ArgumentException>(() => queue.TryAdd([], [new GuestSegment(0, int.MaxValue), new GuestSegment(0, 1)], 0));
        Assert.Throws<ArgumentException>(() => new DriverQueue(ram, 0, new DriverQueueOptions { Size = 3 }));
        Assert.Throws<ArgumentException>(() => new DriverQueue(ram, 0, new DriverQueueOptions { Size = 4, MaximumSegments = 5 }));
    }

    [Theory]
    [InlineData(0u, 9u, 1, "claims 9 bytes")]                  // more than the chain could hold
    [InlineData(0u, uint.MaxValue, 1, "claims 4294967295 bytes")]
    [InlineData(1u, 0u, 1, "names descriptor 1")]              // not outstanding
    [InlineData(4u, 0u, 1, "names descriptor 4")]              // outside the table
    [InlineData(uint.MaxValue, 0u, 1, "names descriptor")]
    [InlineData(0u, 0u, 2, "runs 2 entries ahead")]
    [InlineData(0u, 0u, 0xFFFF, "runs 65535 entries ahead")]   // backwards
    public void A_lying_used_ring_is_found_out(uint id, uint written, int usedIndex, string message)
    {
        using var ram = GuestRam.Create(1 << 16);
        using var queue = new DriverQueue(ram, 5, new DriverQueueOptions { Size = 4, MaximumSegments = 4 });
        var device = new RingModel(ram, queue, eventIndex: true);
        Assert.True(queue.TryAdd([], [new GuestSegment(ram.GuestAddress, 8)], 0));
        queue.Publish();
        device.Use(id, written);
        device.SetUsedIndex((ushort)usedIndex);
        var error = Assert.Throws<DriverQueueException>(() => queue.TryReclaim(out _));
        Assert.Contains("queue 5", error.Message);
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void A_chain_given_back_twice_is_found_out()
    {
        using var ram = GuestRam.Create(1 << 16);
        using var queue = new DriverQueue(ram, 0, new DriverQueueOptions { Size = 4, MaximumSegments = 4 });
        var device = new RingModel(ram, queue, eventIndex: true);
        Add(queue, 0);
        Add(queue, 1);
        queue.Publish();
        device.Use(0, 0);
        device.Use(0, 0);
        Assert.True(queue.TryReclaim(out _));
        Assert.Throws<DriverQueueException>(() => queue.TryReclaim(out _));
    }

    [Fact]
    public void Links_scribbled_on_by_the_device_do_not_lead_the_driver_astray()
    {
        using var ram = GuestRam.Create(1 << 16);
        using var queue = new DriverQueue(ram, 0, new DriverQueueOptions { Size = 4, Indirect = false, MaximumSegments = 4 });
        var device = new RingModel(ram, queue, eventIndex: true);
        Assert.True(queue.TryAdd([OneByte[0], OneByte[0], OneByte[0], OneByte[0]], [], 1));
        queue.Publish();
        ram.Write(queue.DescriptorTable, 64).Fill(0xFF);
        device.Use(0, 0);
        Assert.True(queue.TryReclaim(out _));
        Assert.Equal(4, queue.FreeDescriptors);
        Assert.True(queue.TryAdd([OneByte[0], OneByte[0], OneByte[0], OneByte[0]], [], 2));
    }

    [Fact]
    public void Disposing_gives_the_memory_back()
    {
        using var ram = GuestRam.Create(1 << 20);
        var before = ram.Free;
        var queue = new DriverQueue(ram, 0, new DriverQueueOptions());
        Assert.True(ram.Free < before);
        queue.Dispose();
        queue.Dispose();
        Assert.Equal(before, ram.Free);
    }

    [Fact]
    public void The_steady_state_allocates_nothing()
    {
        using var ram = GuestRam.Create(1 << 16);
        using var queue = new DriverQueue(ram, 0, new DriverQueueOptions { Size = 4, MaximumSegments = 4 });
        GuestSegment[] out2 = [new(ram.GuestAddress, 1), new(ram.GuestAddress, 2)];
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                queue.TryAdd(out2, out2, i);
                queue.Publish();
                ram.WriteUInt16(queue.UsedRing + 2, queue.AvailableIndex);   // entries all name head 0, the only one in use
                queue.TryReclaim(out _);
                queue.EnableCalls();
            }

            if (round == 1) Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    private static void Add(DriverQueue queue, int token) => Assert.True(queue.TryAdd(OneByte, OneByte, token));

    private static void Run(Step[] script, bool indirect, bool eventIndex)
    {
        using var ram = GuestRam.Create(1 << 18);
        using var queue = new DriverQueue(ram, 0,
            new DriverQueueOptions { Size = 8, Indirect = indirect, EventIndex = eventIndex, MaximumSegments = 5 });
        // Near the wrap of the 16-bit indices lies the trouble: go there first.
        var device = new RingModel(ram, queue, eventIndex);
        var added = new Queue<(int Token, RingModel.Piece[] Pieces)>();
        var popped = new List<(int Token, int Head, int Writable)>();
        var used = new Queue<(int Token, int Written)>();
        var token = 0;
        var armed = true;
        var kickWanted = true;
        for (var i = 0; i < 65530; i++)
        {
            queue.TryAdd(OneByte, [], 0);
            queue.Publish();
            device.Use((uint)device.Pop()!.Head, 0);
            queue.TryReclaim(out _);
        }

        device.WantKick(true);
        queue.EnableCalls();
        foreach (var step in script)
        {
            switch (step.What)
            {
                case 0 or 1:
                    var readable = Segments(ram, step.A, token);
                    var writable = Segments(ram, readable.Length == 0 ? step.B + 1 : Math.Min(step.B, 5 - step.A), token + 1000);
                    var needed = indirect && readable.Length + writable.Length > 1 ? 1 : readable.Length + writable.Length;
                    var fits = needed <= queue.FreeDescriptors;
                    Assert.Equal(fits, queue.TryAdd(readable, writable, token));
                    if (fits)
                        added.Enqueue((token, [.. readable.Select(s => new RingModel.Piece(s.Address, s.Length, false)),
                            .. writable.Select(s => new RingModel.Piece(s.Address, s.Length, true))]));
                    token++;
                    break;
                case 2:
                    var news = queue.AvailableIndex;
                    var kick = queue.Publish();
                    var anything = queue.AvailableIndex != news;
                    // Wanting a kick, armed at the index the device will pop next: due when that very entry was published now.
                    if (kickWanted && anything && device.NextAvailable == news) Assert.True(kick);
                    if (!anything || !kickWanted) Assert.False(kick);
                    break;
                case 3:
                    if (device.Pop() is not { } chain) break;
                    var (expected, pieces) = added.Dequeue();
                    Assert.Equal(pieces, chain.Pieces);
                    popped.Add((expected, chain.Head, chain.Pieces.Where(p => p.Writable).Sum(p => p.Length)));
                    if (kickWanted) device.WantKick(true);
                    else device.WantKick(false);
                    break;
                case 4:
                    kickWanted = step.A % 2 == 0;
                    device.WantKick(kickWanted);
                    break;
                case 5:
                    if (popped.Count == 0) break;
                    var at = step.A % popped.Count;
                    var back = popped[at];
                    popped.RemoveAt(at);
                    var written = Math.Min(step.B, back.Writable);
                    var call = device.Use((uint)back.Head, (uint)written);
                    if (armed) Assert.True(call);
                    armed = armed && !eventIndex;      // an index fires once
                    used.Enqueue((back.Token, written));
                    break;
                case 6:
                    var some = queue.TryReclaim(out var entry);
                    Assert.Equal(used.Count > 0, some);
                    if (some) Assert.Equal(used.Dequeue(), (entry.Token, entry.Written));
                    break;
                case 7:
                    if (step.A == 0)
                    {
                        queue.DisableCalls();
                        armed = armed && eventIndex;
                    }
                    else
                    {
                        Assert.Equal(used.Count > 0, queue.EnableCalls());
                        armed = used.Count == 0 || !eventIndex;
                    }

                    break;
            }

            Assert.Equal(added.Count + popped.Count + used.Count, queue.Held);
        }
    }

    private static GuestSegment[] Segments(GuestRam ram, int count, int salt) =>
        [.. Enumerable.Range(0, count).Select(i => new GuestSegment(ram.GuestAddress + (ulong)(salt * 16 + i), i + 1))];
}

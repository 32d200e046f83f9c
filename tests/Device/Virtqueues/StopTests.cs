using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Device.Tests.Virtqueues;

public sealed class StopTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly TestMemory _guest = new();
    private readonly DriverRing _ring;
    private readonly Virtqueue _queue;

    public StopTests()
    {
        _ring = new DriverRing(_guest, 8, VirtioFeatures.Version1);
        _queue = Virtqueue.Start(_ring.Settings());
    }

    public void Dispose()
    {
        _queue.Stop();
        _guest.Dispose();
    }

    [Fact]
    public void After_a_stop_nothing_of_the_guest_is_touched()
    {
        var chain = Pop();
        Assert.Equal(1, _queue.Stop());
        var before = _guest.Bytes.Read(0, _guest.Bytes.Read(0, 1 << 20).Length).ToArray();
        Assert.Null(_queue.TryPop());
        Assert.False(_queue.Complete(chain, 4));
        Assert.Equal(0, chain.Write(0, [1, 2]));
        Assert.Equal(0, chain.Read(0, new byte[2]));
        Assert.False(_queue.TryBeginWrite());
        Assert.False(_queue.IsRunning);
        Assert.False(_queue.HasAvailable);
        Assert.Equal(1, _queue.Stop());
        Assert.Equal(before, _guest.Bytes.Read(0, 1 << 20).ToArray());
    }

    [Fact]
    public void A_stop_lets_go_of_memory_also_of_chains_that_nobody_gave_back()
    {
        Pop();
        Pop();
        _guest.Table.Retire();
        Assert.False(_guest.Table.IsReleased);
        _queue.Stop();
        Assert.True(_guest.Table.IsReleased);
        Assert.Equal(0, _queue.Held);
    }

    [Fact]
    public void Who_holds_a_chain_may_still_ask_for_its_memory_after_a_stop_and_is_not_let_in()
    {
        var chain = Pop();
        _queue.Stop();
        _guest.Table.Retire();
        Assert.True(_guest.Table.IsReleased);
        Assert.Same(_guest.Table, chain.Memory);
        Assert.True(chain.Memory.TryTranslate(DriverRing.AddressOf(_ring.Buffers), 4, out _, out var error), error);
        Assert.False(_queue.TryBeginWrite());
    }

    [Fact]
    public void A_stop_waits_for_the_writer_that_is_inside()
    {
        var chain = Pop();
        Assert.True(_queue.TryBeginWrite());
        var stop = new Thread(() => _queue.Stop());
        stop.Start();

        // From the moment that it stops nobody gets in any more.
        Assert.True(SpinWait.SpinUntil(() => !_queue.IsRunning, Soon));
        Assert.False(_queue.TryBeginWrite());
        Assert.False(stop.Join(TimeSpan.Zero));
        _guest.Table.Retire();
        chain.Writable[0].Writable.Fill(9); // the memory is still there
        Assert.False(_queue.Complete(chain, 4));
        Assert.False(_guest.Table.IsReleased);
        _queue.EndWrite();
        Assert.True(stop.Join(Soon));
        Assert.True(_guest.Table.IsReleased);
    }

    [Fact]
    public void A_writer_that_does_not_end_keeps_the_memory_mapped_and_is_reported()
    {
        var queue = Virtqueue.Start(_ring.Settings() with { StopTimeout = TimeSpan.FromMilliseconds(20) });
        _queue.Stop();
        Assert.True(queue.TryBeginWrite());
        Assert.True(queue.TryBeginWrite());
        _guest.Table.Retire();
        var late = Assert.Throws<TimeoutException>(() => { queue.Stop(); });
        Assert.Contains("2 writers", late.Message, StringComparison.Ordinal);
        Assert.Equal(0, queue.Stop());
        Assert.False(_guest.Table.IsReleased);
        queue.EndWrite();
        Assert.False(_guest.Table.IsReleased);
        queue.EndWrite();
        Assert.True(_guest.Table.IsReleased);
        Assert.Throws<InvalidOperationException>(queue.EndWrite);
    }

    [Fact]
    public void A_chain_that_is_held_stays_in_the_memory_it_was_popped_in()
    {
        var chain = Pop();
        var next = MemoryTable.Create([_guest.Region], [_guest.File.Descriptor], new MemoryLimits());
        Assert.True(_queue.TryMoveTo(next, out var error), error);
        _guest.Table.Retire();
        Assert.False(_guest.Table.IsReleased);
        Assert.Same(_guest.Table, chain.Memory);
        Assert.Equal(2, chain.Write(0, [3, 4]));
        Assert.True(_queue.Complete(chain, 2));
        Assert.True(_guest.Table.IsReleased);

        // The ring goes on in the new memory.
        Assert.True(_ring.TryReap(out _, out var written) && written == 2);
        var second = Pop();
        Assert.Same(next, second.Memory);
        _queue.Stop();
        next.Retire();
        Assert.True(next.IsReleased);
    }

    [Fact]
    public void A_ring_that_is_not_in_the_new_memory_stays_in_the_old()
    {
        var elsewhere = MemoryTable.Create([_guest.Region with { FrontendAddress = 0x1000 }], [_guest.File.Descriptor], new MemoryLimits());
        Assert.False(_queue.TryMoveTo(elsewhere, out var error));
        Assert.Contains("queue 0 runs", error, StringComparison.Ordinal);
        elsewhere.Retire();
        Assert.True(elsewhere.IsReleased);
        Assert.Equal(4, Pop().WritableBytes);
    }

    [Fact]
    public void Stopping_while_others_pop_write_and_complete_harms_nobody()
    {
        for (var round = 0; round < 50; round++)
        {
            using var guest = new TestMemory(1 << 18);
            var ring = new DriverRing(guest, 8, VirtioFeatures.Version1);
            var queue = Virtqueue.Start(ring.Settings());
            for (var i = 0; i < 8; i++) ring.Add([(DriverRing.AddressOf(ring.Buffers), 4096, true)], false);
            using var both = new Barrier(2);
            Exception? failure = null;
            var device = new Thread(() =>
            {
                both.SignalAndWait(Soon);
                try
                {
                    while (queue.TryPop() is { } chain)
                    {
                        if (queue.TryBeginWrite())
                        {
                            foreach (var piece in chain.Writable) piece.Writable.Fill(1);
                            queue.EndWrite();
                        }

                        queue.Complete(chain, 0);
                    }
                }
                catch (Exception e)
                {
                    failure = e;
                }
            });
            device.Start();
            both.SignalAndWait(Soon);
            var popped = queue.Stop();
            guest.Table.Retire();
            Assert.True(guest.Table.IsReleased);
            Assert.True(device.Join(Soon));
            Assert.Null(failure);
            Assert.InRange(popped, 0, 8);
        }
    }

    private DescriptorChain Pop()
    {
        _ring.Add([(DriverRing.AddressOf(_ring.Buffers), 4, true)], false);
        return _queue.TryPop()!;
    }
}

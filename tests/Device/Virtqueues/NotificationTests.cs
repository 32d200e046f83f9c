using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.Virtqueues;

public sealed class NotificationTests : IDisposable
{
    private const ulong Plain = VirtioFeatures.Version1;
    private const ulong EventIndex = Plain | VirtioFeatures.EventIndex;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly TestMemory _guest = new();
    private int _calls;

    public void Dispose() => _guest.Dispose();

    [Theory]
    [InlineData(Plain)]
    [InlineData(EventIndex)]
    public void A_kick_is_wanted_once_the_ring_was_found_empty_and_not_before(ulong features)
    {
        var (ring, queue) = Start(features);
        Assert.Null(queue.TryPop());
        Assert.True(Add(ring));
        Assert.NotNull(queue.TryPop());

        // The device is awake and has not found the ring empty: no kick is needed.
        Assert.False(Add(ring));
        Assert.NotNull(queue.TryPop());
        Assert.Null(queue.TryPop());
        Assert.True(Add(ring));
        queue.Stop();
    }

    [Fact]
    public void A_driver_that_wants_no_call_gets_none()
    {
        var (ring, queue) = Start(Plain);
        Add(ring);
        Add(ring);
        ring.DeclineCalls();
        queue.Complete(queue.TryPop()!, 0);
        Assert.Equal(0, _calls);
        ring.WantCalls();
        queue.Complete(queue.TryPop()!, 0);
        Assert.Equal(1, _calls);
        queue.Stop();
    }

    [Fact]
    public void A_driver_that_wants_a_call_after_three_entries_gets_it_with_the_third()
    {
        var (ring, queue) = Start(EventIndex);
        Add(ring);
        queue.Complete(queue.TryPop()!, 0);
        Assert.True(ring.TryReap(out _, out _));
        var before = _calls;
        ring.WantCallAfter(3);
        for (var i = 0; i < 4; i++)
        {
            Add(ring);
            queue.Complete(queue.TryPop()!, 0);
            Assert.Equal(before + (i < 2 ? 0 : 1), _calls);
        }

        queue.Stop();
    }

    [Fact]
    public void The_first_entry_of_a_run_calls_whatever_the_driver_wished_in_an_earlier_one()
    {
        var (ring, queue) = Start(EventIndex);
        ring.WantCallAfter(100);
        Add(ring);
        queue.Complete(queue.TryPop()!, 0);
        Assert.Equal(1, _calls);
        queue.Stop();
    }

    [Theory]
    [InlineData(Plain, false)]
    [InlineData(EventIndex, false)]
    [InlineData(EventIndex | VirtioFeatures.IndirectDescriptors, true)]
    public void Two_threads_that_sleep_between_notifications_lose_none(ulong features, bool indirect)
    {
        // The real thing: a driver and a device thread, each asleep until the other's eventfd wakes it. A lost notification is a hang.
        const int chains = 30_000;
        using var kick = EventFd.Create();
        using var call = EventFd.Create();
        var ring = new DriverRing(_guest, 8, features);
        var queue = Virtqueue.Start(ring.Settings(() => call.Signal()));
        var popped = 0;
        Exception? failure = null;
        var device = new Thread(() =>
        {
            try
            {
                while (popped < chains)
                {
                    while (queue.TryPop() is { } chain)
                    {
                        popped++;
                        queue.Complete(chain, 4);
                    }

                    if (popped < chains && !kick.Wait(Soon))
                    {
                        throw new TimeoutException($"no kick after {popped} chains; the driver is at {ring.AvailableIndex}");
                    }
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        device.Start();
        var reaped = 0;
        for (var added = 0; reaped < chains;)
        {
            while (added < chains && ring.FreeDescriptors > 0)
            {
                if (ring.Add([(DriverRing.AddressOf(ring.Buffers), 4, true)], indirect, added)) kick.Signal();
                added++;
            }

            ring.DeclineCalls();
            while (ring.TryReap(out var tag, out _)) Assert.Equal(reaped++, (int)tag!);
            ring.WantCalls();
            if (ring.TryReap(out var late, out _)) Assert.Equal(reaped++, (int)late!);
            else if (reaped < chains && ring.FreeDescriptors == 0)
                Assert.True(call.Wait(Soon), $"no call after {reaped} chains: {failure}");
        }

        Assert.True(device.Join(Soon));
        Assert.Null(failure);
        Assert.Equal(chains, popped);
        queue.Stop();
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData(EventIndex)]
    public void A_chain_added_just_as_the_device_falls_asleep_is_not_missed(ulong features)
    {
        // The driver does not sleep: it adds the next chain the moment the last one is used, which is when the device looks for
        // more, finds none, and asks for a kick.
        const int chains = 150_000;
        using var kick = EventFd.Create();
        var ring = new DriverRing(_guest, 8, features);
        var queue = Virtqueue.Start(ring.Settings());
        using var device = new Worker(() =>
        {
            for (var popped = 0; popped < chains;)
            {
                while (queue.TryPop() is { } chain)
                {
                    popped++;
                    queue.Complete(chain, 0);
                }

                if (popped < chains && !kick.Wait(Soon))
                {
                    throw new TimeoutException($"no kick after {popped} chains; the driver is at {ring.AvailableIndex}");
                }
            }
        });
        for (var added = 0; added < chains; added++)
        {
            if (Add(ring)) kick.Signal();
            var wait = default(SpinWait);
            while (!ring.TryReap(out _, out _))
            {
                if (device.HasEnded && !ring.TryReap(out _, out _)) break;
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }

        device.Join(Soon);
        queue.Stop();
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData(EventIndex)]
    public void A_chain_completed_just_as_the_driver_falls_asleep_is_not_missed(ulong features)
    {
        // The device does not sleep: it completes each chain the moment it is added, which is when the driver asks for a call.
        const int chains = 150_000;
        using var call = EventFd.Create();
        var ring = new DriverRing(_guest, 8, features);
        var queue = Virtqueue.Start(ring.Settings(() => call.Signal()));
        using var device = new Worker(() =>
        {
            var wait = default(SpinWait);
            for (var popped = 0; popped < chains && queue.IsRunning;)
            {
                if (queue.TryPop() is { } chain)
                {
                    popped++;
                    queue.Complete(chain, 0);
                    wait.Reset();
                }
                else
                {
                    wait.SpinOnce(sleep1Threshold: -1);
                }
            }
        });
        for (var reaped = 0; reaped < chains;)
        {
            ring.DeclineCalls();
            Add(ring);
            for (var taken = false; !taken;)
            {
                taken = ring.TryReap(out _, out _);
                if (taken) break;
                ring.WantCalls();
                taken = ring.TryReap(out _, out _);
                if (!taken && !call.Wait(Soon))
                {
                    queue.Stop();
                    Assert.Fail($"no call after {reaped} chains; the device is at {ring.UsedIndex}");
                }
            }

            reaped++;
        }

        device.Join(Soon);
        queue.Stop();
    }

    private (DriverRing Ring, Virtqueue Queue) Start(ulong features)
    {
        var ring = new DriverRing(_guest, 8, features);
        return (ring, Virtqueue.Start(ring.Settings(() => _calls++)));
    }

    /// <summary>A thread whose failure is the test's.</summary>
    private sealed class Worker : IDisposable
    {
        private readonly Thread _thread;
        private Exception? _failure;

        public Worker(Action work)
        {
            _thread = new Thread(() =>
            {
                try
                {
                    work();
                }
                catch (Exception e)
                {
                    _failure = e;
                }
            }) { IsBackground = true };
            _thread.Start();
        }

        public bool HasEnded => !_thread.IsAlive;

        public void Join(TimeSpan timeout)
        {
            Assert.True(_thread.Join(timeout), "the other thread does not end");
            Assert.Null(_failure);
        }

        public void Dispose() => _thread.Join(Soon + Soon);
    }

    private static bool Add(DriverRing ring) => ring.Add([(DriverRing.AddressOf(ring.Buffers), 4, true)], false);
}

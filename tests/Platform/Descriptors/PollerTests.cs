using CameraFabric.Platform.Native;
namespace CameraFabric.Platform.Tests.Descriptors;

public sealed class PollerTests
{
    private readonly PollResult[] _results = new PollResult[8];

    [Fact]
    public void A_readable_descriptor_is_reported_by_its_token_until_it_is_read()
    {
        using var poller = new Poller();
        using var signal = EventFd.Create();
        poller.Add(signal.Descriptor, PollEvents.Readable, -42);
        Assert.Equal(0, poller.Wait(_results, TimeSpan.Zero));
        signal.Signal();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(1, poller.Wait(_results, OpenDescriptors.Patience));
            Assert.Equal(new PollResult(-42, PollEvents.Readable), _results[0]);
        }

        signal.TryConsume(out _);
        Assert.Equal(0, poller.Wait(_results, TimeSpan.Zero));
    }

    [Fact]
    public void On_change_a_counting_eventfd_is_reported_once_for_each_signal_however_much_it_holds()
    {
        const int Semaphore = 1;
        using var poller = new Poller();
        using var signal = EventFd.FromDescriptor(new FileDescriptor(Libc.EventFd(1_000_000, Libc.EventFdNonBlocking | Semaphore)));
        poller.Add(signal.Descriptor, PollEvents.Readable | PollEvents.OnChange, 5);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, poller.Wait(_results, OpenDescriptors.Patience));
            Assert.True(signal.TryConsume(out var count));
            Assert.Equal(1UL, count);
            Assert.Equal(0, poller.Wait(_results, TimeSpan.Zero));
            signal.Signal();
        }
    }

    [Fact]
    public void All_bits_of_a_token_come_back()
    {
        using var poller = new Poller();
        long[] tokens = [0, long.MaxValue, -1, 0x0123_4567_89AB_CDEF];
        var signals = tokens.Select(_ => EventFd.Create(1)).ToArray();
        for (var i = 0; i < tokens.Length; i++) poller.Add(signals[i].Descriptor, PollEvents.Readable, tokens[i]);
        Assert.Equal(tokens.Length, poller.Wait(_results, OpenDescriptors.Patience));
        Assert.Equal(tokens.Order(), _results.Take(tokens.Length).Select(result => result.Token).Order());
        Assert.All(_results.Take(tokens.Length), result => Assert.Equal(PollEvents.Readable, result.Events));
        foreach (var signal in signals) signal.Dispose();
    }

    [Fact]
    public void Wake_ends_a_wait_and_is_reported_as_nothing()
    {
        using var poller = new Poller();
        var waiter = new RealThread<int>(() => poller.Wait(new PollResult[4], Timeout.InfiniteTimeSpan));
        poller.Wake();
        Assert.Equal(0, waiter.Result());
    }

    [Fact]
    public void A_wake_before_the_wait_is_not_lost_and_many_count_as_one()
    {
        using var poller = new Poller();
        for (var i = 0; i < 5; i++) poller.Wake();
        Assert.Equal(0, poller.Wait(_results, Timeout.InfiniteTimeSpan));
        using var signal = EventFd.Create(1);
        poller.Add(signal.Descriptor, PollEvents.Readable, 1);
        Assert.Equal(1, poller.Wait(_results, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void With_room_for_one_result_every_ready_descriptor_gets_its_turn()
    {
        using var poller = new Poller();
        var signals = Enumerable.Range(0, 5).Select(_ => EventFd.Create(1)).ToArray();
        for (var i = 0; i < signals.Length; i++) poller.Add(signals[i].Descriptor, PollEvents.Readable, i);
        var seen = new HashSet<long>();
        for (var i = 0; i < signals.Length; i++)
        {
            Assert.Equal(1, poller.Wait(_results.AsSpan(0, 1), TimeSpan.Zero));
            seen.Add(_results[0].Token);
        }

        Assert.Equal(signals.Length, seen.Count);
        foreach (var signal in signals) signal.Dispose();
    }

    [Fact]
    public void Modify_changes_what_is_waited_for_and_the_token()
    {
        using var poller = new Poller();
        var (first, second) = UnixSocket.Pair();
        using (first)
        using (second)
        {
            poller.Add(first.Descriptor, PollEvents.Readable, 1);
            Assert.Equal(0, poller.Wait(_results, TimeSpan.Zero));
            poller.Modify(first.Descriptor, PollEvents.Writable, 2);
            Assert.Equal(1, poller.Wait(_results, OpenDescriptors.Patience));
            Assert.Equal(new PollResult(2, PollEvents.Writable), _results[0]);
        }
    }

    [Fact]
    public void A_peer_that_closes_is_told_as_hang_up()
    {
        using var poller = new Poller();
        var (first, second) = UnixSocket.Pair();
        using (first)
        {
            poller.Add(first.Descriptor, PollEvents.Readable | PollEvents.PeerClosed, 9);
            second.Dispose();
            Assert.Equal(1, poller.Wait(_results, OpenDescriptors.Patience));
            Assert.Equal(PollEvents.Readable | PollEvents.PeerClosed | PollEvents.HangUp, _results[0].Events);
        }
    }

    [Fact]
    public void A_removed_descriptor_is_reported_no_more()
    {
        using var poller = new Poller();
        using var signal = EventFd.Create(1);
        poller.Add(signal.Descriptor, PollEvents.Readable, 1);
        poller.Remove(signal.Descriptor);
        Assert.Equal(0, poller.Wait(_results, TimeSpan.Zero));
        Assert.Contains("ENOENT", Assert.Throws<LinuxException>(() => poller.Remove(signal.Descriptor)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_are_refused()
    {
        using var poller = new Poller();
        using var signal = EventFd.Create();
        using var file = MemoryFile.Create("poll", 4096);
        poller.Add(signal.Descriptor, PollEvents.Readable, 1);
        Assert.Contains(
            "EEXIST",
            Assert.Throws<LinuxException>(() => poller.Add(signal.Descriptor, PollEvents.Readable, 2)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "EPERM",
            Assert.Throws<LinuxException>(() => poller.Add(file.Descriptor, PollEvents.Readable, 2)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => poller.Modify(signal.Descriptor, PollEvents.Readable, long.MinValue));
        Assert.Throws<ArgumentException>(() => poller.Wait([], TimeSpan.Zero));
    }

    [Fact]
    public void Waiting_allocates_nothing()
    {
        using var poller = new Poller();
        using var signal = EventFd.Create(1);
        poller.Add(signal.Descriptor, PollEvents.Readable, 1);
        var results = new PollResult[4];
        poller.Wait(results, TimeSpan.Zero);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) poller.Wait(results, TimeSpan.Zero);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

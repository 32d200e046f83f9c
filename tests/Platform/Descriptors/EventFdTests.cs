using System.IO.Pipes;
using CameraFabric.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace CameraFabric.Platform.Tests.Descriptors;

public sealed class EventFdTests
{
    [Fact]
    public void Signals_add_up_until_they_are_consumed()
    {
        using var signal = EventFd.Create();
        Assert.False(signal.TryConsume(out var none));
        Assert.Equal(0UL, none);
        Assert.True(signal.Signal());
        Assert.True(signal.Signal());
        Assert.True(signal.TryConsume(out var count));
        Assert.Equal(2UL, count);
        Assert.False(signal.TryConsume(out _));
    }

    [Fact]
    public void The_initial_count_is_pending()
    {
        using var signal = EventFd.Create(7);
        Assert.True(signal.TryConsume(out var count));
        Assert.Equal(7UL, count);
        Assert.Throws<ArgumentOutOfRangeException>(() => EventFd.Create(1UL << 32));
    }

    [Fact]
    public void Signalling_a_full_eventfd_returns_false_and_does_not_block()
    {
        using var signal = EventFd.Create();
        using var raw = new FileStream(new SafeFileHandle(signal.Descriptor.Number, false), FileAccess.Write, 0);
        raw.Write(BitConverter.GetBytes(ulong.MaxValue - 1));
        Assert.False(signal.Signal());
        Assert.True(signal.TryConsume(out var count));
        Assert.Equal(ulong.MaxValue - 1, count);
        Assert.True(signal.Signal());
    }

    [Fact]
    public void Signalling_does_not_block_when_the_descriptor_s_maker_has_made_it_blocking_again()
    {
        using var signal = EventFd.FromDescriptor(EventFd.Create().Descriptor.Duplicate());
        using var raw = new FileStream(new SafeFileHandle(signal.Descriptor.Number, false), FileAccess.Write, 0);
        raw.Write(BitConverter.GetBytes(ulong.MaxValue - 1));
        MakeBlocking(signal);
        Assert.False(new RealThread<bool>(signal.Signal).Result());
        Assert.True(signal.TryConsume(out _));
        Assert.True(new RealThread<bool>(signal.Signal).Result());
    }

    [Fact]
    public void Consuming_does_not_block_when_the_descriptor_s_maker_has_made_it_blocking_again()
    {
        using var signal = EventFd.FromDescriptor(EventFd.Create().Descriptor.Duplicate());
        MakeBlocking(signal);
        Assert.False(new RealThread<bool>(() => signal.TryConsume(out _)).Result());
        signal.Signal();
        Assert.True(new RealThread<bool>(() => signal.TryConsume(out _)).Result());
    }

    [Fact]
    public void Wait_consumes_what_is_pending_and_returns_false_when_nothing_comes()
    {
        using var signal = EventFd.Create(1);
        Assert.True(signal.Wait(Timeout.InfiniteTimeSpan));
        Assert.False(signal.Wait(TimeSpan.Zero));
        Assert.False(signal.Wait(TimeSpan.FromMilliseconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => signal.Wait(TimeSpan.FromTicks(-2)));
    }

    [Fact]
    public void Wait_wakes_for_a_signal_from_another_thread()
    {
        using var signal = EventFd.Create();
        using var answer = EventFd.Create();
        var waiter = new RealThread<bool>(() => signal.Wait(OpenDescriptors.Patience) && answer.Signal());
        signal.Signal();
        Assert.True(answer.Wait(OpenDescriptors.Patience));
        Assert.True(waiter.Result());
    }

    [Fact]
    public void An_eventfd_passed_over_a_socket_signals_the_one_it_came_from()
    {
        using var original = EventFd.Create();
        var (here, there) = UnixSocket.Pair();
        using (here)
        using (there)
        using (var bag = new DescriptorBag())
        {
            here.Send([1], [original.Descriptor], OpenDescriptors.Patience);
            Assert.Equal(1, there.Receive(new byte[8], bag, OpenDescriptors.Patience));
            using var passed = EventFd.FromDescriptor(bag.Take());
            Assert.NotEqual(original.Descriptor.Number, passed.Descriptor.Number);
            Assert.True(OpenDescriptors.IsCloseOnExec(passed.Descriptor));
            Assert.True(passed.Signal());
            Assert.True(original.Wait(OpenDescriptors.Patience));
            Assert.True(original.Signal());
            Assert.True(passed.TryConsume(out var count));
            Assert.Equal(1UL, count);
        }
    }

    [Fact]
    public void A_stream_socket_works_like_an_eventfd()
    {
        var (first, second) = UnixSocket.Pair();
        using var sender = EventFd.FromDescriptor(first.Descriptor);
        using var reader = EventFd.FromDescriptor(second.Descriptor);
        Assert.False(reader.TryConsume(out _));
        for (var i = 0; i < 3; i++) Assert.True(sender.Signal());
        Assert.True(reader.TryConsume(out var count));
        Assert.Equal(3UL, count);
        while (sender.Signal())
        {
        }

        Assert.True(reader.Wait(TimeSpan.Zero));
    }

    [Fact]
    public void Signalling_a_socket_whose_peer_is_gone_returns_false_and_waiting_for_it_tells()
    {
        var (first, second) = UnixSocket.Pair();
        using var signal = EventFd.FromDescriptor(first.Descriptor);
        second.Dispose();
        Assert.False(signal.Signal());
        Assert.False(signal.TryConsume(out _));
        Assert.Throws<SocketClosedException>(() => signal.Wait(Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_pipe_works_like_an_eventfd_and_never_blocks_its_writer()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.In);
        using var reader = EventFd.FromDescriptor(Duplicate(server.SafePipeHandle));
        using var writer = EventFd.FromDescriptor(Duplicate(server.ClientSafePipeHandle));
        var (signals, consumed) = new RealThread<(ulong Signals, ulong Consumed)>(() =>
        {
            var given = 0UL;
            while (writer.Signal()) given++;
            var taken = 0UL;
            while (reader.TryConsume(out var count)) taken += count;
            return (given, taken);
        }).Result();
        Assert.True(signals > 0);
        Assert.Equal(signals, consumed);

        server.ClientSafePipeHandle.Dispose();
        writer.Dispose();
        Assert.Throws<SocketClosedException>(() => reader.Wait(Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_few_stray_bytes_count_as_one_signal()
    {
        var (first, second) = UnixSocket.Pair();
        using var reader = EventFd.FromDescriptor(second.Descriptor);
        using (first) first.Send([1, 2, 3], [], OpenDescriptors.Patience);
        Assert.True(reader.TryConsume(out var count));
        Assert.Equal(1UL, count);
    }

    [Fact]
    public void What_is_no_signal_is_refused_by_name_and_closed()
    {
        var name = OpenDescriptors.UniqueName();
        using (var memory = MemoryFile.Create(name, 4096))
        {
            var refused = Assert.Throws<ArgumentException>(() => EventFd.FromDescriptor(memory.Descriptor.Duplicate()));
            Assert.Contains("a regular file", refused.Message, StringComparison.Ordinal);
            Assert.Equal(1, OpenDescriptors.CountOf(name));
        }

        using var poller = new Poller();
        Assert.Throws<ArgumentException>(() => EventFd.FromDescriptor(poller.Descriptor.Duplicate()));
        using var device = File.OpenHandle("/dev/null");
        using var character = new FileDescriptor((int)device.DangerousGetHandle(), ownsHandle: false);
        Assert.Contains(
            "character device",
            Assert.Throws<ArgumentException>(() => EventFd.FromDescriptor(character.Duplicate())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Signalling_the_reading_end_of_a_pipe_is_an_error()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.In);
        using var reader = EventFd.FromDescriptor(Duplicate(server.SafePipeHandle));
        Assert.Contains("EBADF", Assert.Throws<LinuxException>(() => reader.Signal()).Message, StringComparison.Ordinal);
    }

    private static FileDescriptor Duplicate(SafePipeHandle handle)
    {
        using var borrowed = new FileDescriptor((int)handle.DangerousGetHandle(), ownsHandle: false);
        return borrowed.Duplicate();
    }

    private static void MakeBlocking(EventFd signal)
    {
        var flags = Libc.Fcntl(signal.Descriptor, Libc.FcntlGetFlags, 0);
        Assert.Equal(0, Libc.Fcntl(signal.Descriptor, Libc.FcntlSetFlags, flags & ~Libc.OpenNonBlocking));
    }
}

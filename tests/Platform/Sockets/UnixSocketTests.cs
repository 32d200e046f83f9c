namespace CameraFabric.Platform.Tests.Sockets;

public sealed class UnixSocketTests : IDisposable
{
    private static readonly TimeSpan Patience = OpenDescriptors.Patience;
    private readonly UnixSocket _here;
    private readonly UnixSocket _there;
    private readonly DescriptorBag _bag = new();

    public UnixSocketTests() => (_here, _there) = UnixSocket.Pair();

    public void Dispose()
    {
        _bag.Dispose();
        _here.Dispose();
        _there.Dispose();
    }

    [Fact]
    public void Bytes_arrive_as_they_were_sent()
    {
        _here.Send([1, 2, 3], [], Patience);
        var buffer = new byte[8];
        Assert.Equal(3, _there.Receive(buffer, _bag, Patience));
        Assert.Equal<byte>([1, 2, 3, 0], buffer[..4]);
        Assert.Equal(0, _bag.Count);
    }

    [Fact]
    public void A_large_message_is_sent_and_received_whole()
    {
        var message = new byte[4 << 20];
        new Random(1).NextBytes(message);
        var sender = new RealThread<bool>(() =>
        {
            _here.Send(message, [], Patience);
            return true;
        });
        var received = new byte[message.Length];
        Assert.True(_there.ReceiveExactly(received, _bag, Patience));
        Assert.True(sender.Result());
        Assert.True(received.AsSpan().SequenceEqual(message));
    }

    [Fact]
    public void Descriptors_arrive_in_order_with_the_first_byte()
    {
        var names = Enumerable.Range(0, 3).Select(_ => OpenDescriptors.UniqueName()).ToArray();
        var files = names.Select(name => MemoryFile.Create(name, 4096)).ToArray();
        _here.Send(new byte[100], [.. files.Select(file => file.Descriptor)], Patience);
        foreach (var file in files) file.Dispose();
        Assert.Equal(1, _there.Receive(new byte[1], _bag, Patience));
        Assert.Equal(3, _bag.Count);
        foreach (var name in names)
        {
            using var descriptor = _bag.Take();
            Assert.Contains(name, OpenDescriptors.TargetOf(descriptor), StringComparison.Ordinal);
            Assert.True(OpenDescriptors.IsCloseOnExec(descriptor));
        }

        Assert.True(_there.ReceiveExactly(new byte[99], _bag, Patience));
        Assert.Equal(0, _bag.Count);
    }

    [Fact]
    public void Memory_passed_over_a_socket_is_shared_and_its_seals_come_with_it()
    {
        using var file = MemoryFile.Create("passed", 8192);
        using var written = file.Map(MapAccess.ReadWrite);
        _here.Send([0], [file.Descriptor], Patience);
        _there.Receive(new byte[1], _bag, Patience);
        using var received = MemoryFile.FromDescriptor(_bag.Take());
        Assert.Equal(8192, received.Size);
        Assert.True(received.Seals.HasFlag(MemorySeals.Shrink));
        using var read = received.Map(MapAccess.ReadOnly);
        written.Write(8000, 1)[0] = 9;
        Assert.Equal(9, read.Read(8000, 1)[0]);
    }

    [Fact]
    public void The_sender_keeps_its_descriptors()
    {
        var name = OpenDescriptors.UniqueName();
        using var file = MemoryFile.Create(name, 4096);
        _here.Send([0], [file.Descriptor], Patience);
        Assert.False(file.Descriptor.IsClosed);
        Assert.Equal(1, OpenDescriptors.CountOf(name));
        _there.Receive(new byte[1], _bag, Patience);
        Assert.Equal(2, OpenDescriptors.CountOf(name));
    }

    [Fact]
    public void A_failed_parse_leaks_no_descriptor()
    {
        var name = OpenDescriptors.UniqueName();
        using var file = MemoryFile.Create(name, 4096);
        for (var i = 0; i < 50; i++)
        {
            _here.Send([0xBA, 0xD0], [file.Descriptor, file.Descriptor], Patience);
            Assert.Throws<FormatException>(() => ParseOneOfTwo());
        }

        Assert.Equal(1, OpenDescriptors.CountOf(name));

        int ParseOneOfTwo()
        {
            using var bag = new DescriptorBag();
            _there.ReceiveExactly(new byte[2], bag, Patience);
            using var taken = bag.Take();
            Assert.Equal(1, bag.Count);
            throw new FormatException("not a message");
        }
    }

    [Fact]
    public void As_many_descriptors_as_a_message_may_bring_arrive()
    {
        using var file = MemoryFile.Create("many", 4096);
        _here.Send([0], [.. Enumerable.Repeat(file.Descriptor, DescriptorBag.MaximumPerMessage)], Patience);
        _there.Receive(new byte[1], _bag, Patience);
        Assert.Equal(DescriptorBag.MaximumPerMessage, _bag.Count);
        Assert.Throws<ArgumentException>(
            () => _here.Send([0], [.. Enumerable.Repeat(file.Descriptor, DescriptorBag.MaximumPerMessage + 1)], Patience));
        Assert.Throws<ArgumentException>(() => _here.Send([], [file.Descriptor], Patience));
    }

    [Fact]
    public void More_descriptors_than_there_is_room_for_are_all_closed_and_told()
    {
        var name = OpenDescriptors.UniqueName();
        using var file = MemoryFile.Create(name, 4096);
        _here.Send([0], [.. Enumerable.Repeat(file.Descriptor, 5)], Patience);

        // Room for two numbers: the kernel installs these and says that it has cut off the others.
        var refused = Assert.Throws<LinuxException>(() => _there.ReceiveNow(new byte[1], _bag, controlBytes: 24));
        Assert.Contains("EMSGSIZE", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, _bag.Count);
        Assert.Equal(1, OpenDescriptors.CountOf(name));
    }

    [Fact]
    public void A_flood_of_descriptors_over_several_messages_is_bounded_and_closed()
    {
        var name = OpenDescriptors.UniqueName();
        using var file = MemoryFile.Create(name, 4096);
        for (var i = 0; i < 3; i++) _here.Send([0], [.. Enumerable.Repeat(file.Descriptor, 30)], Patience);
        Assert.Throws<LinuxException>(() => _there.ReceiveExactly(new byte[3], _bag, Patience));
        Assert.Equal(0, _bag.Count);
        Assert.Equal(1, OpenDescriptors.CountOf(name));
    }

    [Fact]
    public void The_end_of_the_stream_is_orderly_between_messages_and_an_error_within_one()
    {
        _here.Send([1, 2, 3], [], Patience);
        _here.Dispose();
        Assert.True(_there.ReceiveExactly(new byte[2], _bag, Patience));
        var broken = Assert.Throws<SocketClosedException>(() => _there.ReceiveExactly(new byte[2], _bag, Patience));
        Assert.Contains("1 of 2 bytes", broken.Message, StringComparison.Ordinal);
        Assert.False(_there.ReceiveExactly(new byte[2], _bag, Patience));
        Assert.Equal(0, _there.Receive(new byte[2], _bag, Patience));
    }

    [Fact]
    public void A_peer_that_closes_with_bytes_unread_breaks_the_connection()
    {
        _there.Send([1], [], Patience);
        _here.Dispose();
        _here.Dispose();
        Assert.Throws<SocketClosedException>(() => _there.Receive(new byte[1], _bag, Patience));
    }

    [Fact]
    public void Nothing_to_receive_times_out()
    {
        Assert.Throws<TimeoutException>(() => _there.Receive(new byte[1], _bag, TimeSpan.Zero));
        Assert.Throws<TimeoutException>(() => _there.Receive(new byte[1], _bag, TimeSpan.FromMilliseconds(2)));
        _here.Send([1], [], Patience);
        Assert.Throws<TimeoutException>(() => _there.ReceiveExactly(new byte[2], _bag, TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => _there.Receive([], _bag, Patience));
    }

    [Fact]
    public void A_peer_that_does_not_read_times_the_sender_out()
    {
        var late = Assert.Throws<TimeoutException>(() => _here.Send(new byte[64 << 20], [], TimeSpan.Zero));
        Assert.Contains($"of {64 << 20} bytes", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sending_to_a_closed_peer_is_told_and_raises_no_signal()
    {
        _there.Dispose();
        Assert.Throws<SocketClosedException>(() => _here.Send([1], [], Patience));
        using var file = MemoryFile.Create("late", 4096);
        Assert.Throws<SocketClosedException>(() => _here.Send([1], [file.Descriptor], Patience));
    }

    [Fact]
    public void Shutdown_wakes_both_ends()
    {
        var self = new RealThread<int>(() => _here.Receive(new byte[1], new DescriptorBag(), Timeout.InfiniteTimeSpan));
        var peer = new RealThread<int>(() => _there.Receive(new byte[1], new DescriptorBag(), Timeout.InfiniteTimeSpan));
        _here.Shutdown();
        Assert.Equal(0, self.Result());
        Assert.Equal(0, peer.Result());
        _here.Shutdown();
    }

    [Fact]
    public void Connecting_where_nobody_listens_says_why()
    {
        using var folder = new TemporaryFolder();
        Assert.False(UnixSocket.TryConnect(folder.File("none"), out var none, out var error));
        Assert.Null(none);
        Assert.Contains("ENOENT", error, StringComparison.Ordinal);
        Assert.Contains(folder.File("none"), error, StringComparison.Ordinal);

        UnixListener.Bind(folder.File("stale")).Descriptor.Dispose();
        var refused = Assert.Throws<LinuxException>(() => UnixSocket.Connect(folder.File("stale")));
        Assert.Contains("ECONNREFUSED", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_taken_over_works_and_anything_else_is_refused_and_closed()
    {
        using var again = UnixSocket.FromDescriptor(_here.Descriptor.Duplicate());
        again.Send([5], [], Patience);
        Assert.Equal(1, _there.Receive(new byte[1], _bag, Patience));
        var name = OpenDescriptors.UniqueName();
        using var file = MemoryFile.Create(name, 4096);
        Assert.Throws<ArgumentException>(() => UnixSocket.FromDescriptor(file.Descriptor.Duplicate()));
        Assert.Equal(1, OpenDescriptors.CountOf(name));
    }

    [Fact]
    public void A_closed_descriptor_is_not_sent()
    {
        var file = MemoryFile.Create("closed", 4096);
        using var open = MemoryFile.Create("open", 4096);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _here.Send([0], [open.Descriptor, file.Descriptor], Patience));
        Assert.Throws<TimeoutException>(() => _there.Receive(new byte[1], _bag, TimeSpan.Zero));
        open.Descriptor.Dispose();
        Assert.True(open.Descriptor.IsClosed);
    }
}

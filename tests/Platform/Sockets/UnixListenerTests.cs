using System.Globalization;

namespace CameraFabric.Platform.Tests.Sockets;

public sealed class UnixListenerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Who_connects_is_accepted()
    {
        using var listener = UnixListener.Bind(_folder.File("s"));
        Assert.Null(listener.TryAccept());
        Assert.Null(listener.Accept(TimeSpan.Zero));
        using var client = UnixSocket.Connect(_folder.File("s"));
        using var accepted = listener.Accept(OpenDescriptors.Patience);
        Assert.NotNull(accepted);
        Assert.Equal(Environment.ProcessId, client.PeerProcessId);
        Assert.Equal(Environment.ProcessId, accepted.PeerProcessId);
        Assert.Null(listener.TryAccept());
    }

    [Fact]
    public void Accept_waits_for_a_connection_from_another_thread()
    {
        using var listener = UnixListener.Bind(_folder.File("s"));
        var acceptor = new RealThread<UnixSocket?>(() => listener.Accept(OpenDescriptors.Patience));
        using var client = UnixSocket.Connect(_folder.File("s"));
        using var accepted = acceptor.Result();
        Assert.NotNull(accepted);
    }

    [Fact]
    public void Disposing_removes_the_socket_file()
    {
        var listener = UnixListener.Bind(_folder.File("s"));
        Assert.True(File.Exists(_folder.File("s")));
        listener.Dispose();
        listener.Dispose();
        Assert.False(File.Exists(_folder.File("s")));
        Assert.Throws<ObjectDisposedException>(listener.TryAccept);
    }

    [Fact]
    public void A_stale_socket_file_is_replaced()
    {
        UnixListener.Bind(_folder.File("s")).Descriptor.Dispose();
        Assert.True(File.Exists(_folder.File("s")));
        using var listener = UnixListener.Bind(_folder.File("s"));
        using var client = UnixSocket.Connect(_folder.File("s"));
        using var accepted = listener.Accept(OpenDescriptors.Patience);
        Assert.NotNull(accepted);
    }

    [Fact]
    public void A_listener_removes_only_the_file_it_made()
    {
        using var first = UnixListener.Bind(_folder.File("s"));
        first.Descriptor.Dispose();
        File.Move(_folder.File("s"), _folder.File("kept"));
        using var second = UnixListener.Bind(_folder.File("s"));
        first.Dispose();
        Assert.True(File.Exists(_folder.File("s")));
        using var client = UnixSocket.Connect(_folder.File("s"));
    }

    [Fact]
    public void A_socket_at_which_somebody_listens_is_left_alone()
    {
        using var first = UnixListener.Bind(_folder.File("s"));
        var refused = Assert.Throws<IOException>(() => UnixListener.Bind(_folder.File("s")));
        Assert.Contains("somebody listens", refused.Message, StringComparison.Ordinal);
        using var probe = first.Accept(OpenDescriptors.Patience);
        using var client = UnixSocket.Connect(_folder.File("s"));
        using var accepted = first.Accept(OpenDescriptors.Patience);
        Assert.NotNull(accepted);
    }

    [Fact]
    public void A_socket_whose_queue_is_full_is_one_at_which_somebody_listens()
    {
        using var first = UnixListener.Bind(_folder.File("s"), backlog: 1);
        var clients = new List<UnixSocket>();
        string error;
        while (UnixSocket.TryConnect(_folder.File("s"), out var client, out error)) clients.Add(client);
        Assert.Contains("EAGAIN", error, StringComparison.Ordinal);
        var refused = Assert.Throws<IOException>(() => UnixListener.Bind(_folder.File("s")));
        Assert.Contains("somebody listens", refused.Message, StringComparison.Ordinal);
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public void What_is_not_a_socket_is_left_alone()
    {
        File.WriteAllText(_folder.File("s"), "precious");
        var refused = Assert.Throws<IOException>(() => UnixListener.Bind(_folder.File("s")));
        Assert.Contains("not a socket", refused.Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(_folder.File("s")));
        File.CreateSymbolicLink(_folder.File("link"), _folder.File("s"));
        Assert.Throws<IOException>(() => UnixListener.Bind(_folder.File("link")));
        Assert.Equal("precious", File.ReadAllText(_folder.File("link")));
    }

    [Fact]
    public void The_longest_path_is_accepted_and_a_longer_one_refused()
    {
        var room = 107 - _folder.File("x").Length + 1;
        Assert.True(room > 2, "the folder for temporary files has too long a name for this test");
        var longest = _folder.File(new string('x', room));
        using (var listener = UnixListener.Bind(longest))
        using (var client = UnixSocket.Connect(longest))
        {
            Assert.Equal(longest, listener.Path);
        }

        var refused = Assert.Throws<ArgumentException>(() => UnixListener.Bind(longest + "x"));
        Assert.Contains(107.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => UnixListener.Bind(_folder.File(new string('é', room / 2 + 1))));
        Assert.Throws<ArgumentException>(() => UnixListener.Bind(""));
        Assert.Throws<ArgumentException>(() => UnixListener.Bind("with\0zero"));
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_told()
    {
        var refused = Assert.Throws<LinuxException>(() => UnixListener.Bind(_folder.File("no/such/s")));
        Assert.Contains("ENOENT", refused.Message, StringComparison.Ordinal);
        Assert.Contains("no/such/s", refused.Message, StringComparison.Ordinal);
    }
}

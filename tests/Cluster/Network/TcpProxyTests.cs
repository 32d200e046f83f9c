using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CameraFabric.Cluster.Tests.Network;

public sealed class TcpProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public Task InitializeAsync()
    {
        _server.Start();
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        _server.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_both_ends_send_arrives_whole_and_so_does_the_end()
    {
        await using var proxy = Start(TimeSpan.Zero);
        var (near, far) = await ConnectAsync(proxy);
        using (near)
        using (far)
        {
            var sent = new byte[1_000_000];
            new Random(1).NextBytes(sent);
            var sending = near.SendAsync(sent);
            Assert.Equal(sent, await ReadAsync(far, sent.Length));
            Assert.Equal(sent.Length, await sending);
            near.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await far.ReceiveAsync(new byte[1]).WaitAsync(Patience));

            await far.SendAsync("still open"u8.ToArray());
            Assert.Equal("still open"u8.ToArray(), await ReadAsync(near, 10));
        }
    }

    [Fact]
    public async Task A_way_there_and_back_takes_twice_the_delay()
    {
        var delay = TimeSpan.FromMilliseconds(50);
        await using var proxy = Start(delay);
        var (near, far) = await ConnectAsync(proxy);
        using (near)
        using (far)
        {
            var clock = Stopwatch.StartNew();
            await near.SendAsync(new byte[1]);
            await ReadAsync(far, 1);
            await far.SendAsync(new byte[1]);
            await ReadAsync(near, 1);
            Assert.InRange(clock.Elapsed, 2 * delay, TimeSpan.MaxValue);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stalled_way_is_silent_and_goes_on_when_healed_while_the_other_way_works(bool forth)
    {
        await using var proxy = Start(TimeSpan.Zero);
        var (near, far) = await ConnectAsync(proxy);
        using (near)
        using (far)
        {
            var (from, to) = forth ? (near, far) : (far, near);
            proxy.Stall(forth ? Ways.Forth : Ways.Back);
            await from.SendAsync(new byte[] { 1 });
            await to.SendAsync(new byte[] { 2 });
            Assert.Equal(2, (await ReadAsync(from, 1))[0]);
            Assert.Equal(0, to.Available);

            proxy.Heal();
            Assert.Equal(1, (await ReadAsync(to, 1))[0]);
        }
    }

    [Fact]
    public async Task A_cut_breaks_all_connections_and_new_ones_until_healed()
    {
        await using var proxy = Start(TimeSpan.Zero);
        var (near, far) = await ConnectAsync(proxy);
        using (near)
        using (far)
        {
            proxy.Cut();
            Assert.Equal(SocketError.ConnectionReset, await BreakAsync(near));
            Assert.Equal(SocketError.ConnectionReset, await BreakAsync(far));
        }

        // Whether it learns that while it connects or as soon as it listens.
        var refused = await Assert.ThrowsAnyAsync<SocketException>(async () =>
        {
            using var socket = await ConnectOnlyAsync(proxy);
            await socket.ReceiveAsync(new byte[1]).WaitAsync(Patience);
        });
        Assert.Equal(SocketError.ConnectionReset, refused.SocketErrorCode);

        proxy.Heal();
        var (late, served) = await ConnectAsync(proxy);
        using (late)
        using (served)
        {
            await late.SendAsync(new byte[] { 3 });
            Assert.Equal(3, (await ReadAsync(served, 1))[0]);
        }
    }

    [Fact]
    public async Task A_connection_that_one_end_breaks_is_broken_for_the_other()
    {
        await using var proxy = Start(TimeSpan.Zero);
        var (near, far) = await ConnectAsync(proxy);
        using (far)
        {
            near.LingerState = new LingerOption(true, 0);
            near.Dispose();
            Assert.Equal(SocketError.ConnectionReset, await BreakAsync(far));
        }
    }

    private static async Task<Socket> ConnectOnlyAsync(TcpProxy proxy)
    {
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(proxy.Address);
        return near;
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int length)
    {
        var bytes = new byte[length];
        for (var got = 0; got < length;)
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(got)).AsTask().WaitAsync(Patience);
            Assert.NotEqual(0, more);
            got += more;
        }

        return bytes;
    }

    private static async Task<SocketError> BreakAsync(Socket socket) =>
        (await Assert.ThrowsAnyAsync<SocketException>(() => socket.ReceiveAsync(new byte[1]).WaitAsync(Patience))).SocketErrorCode;

    private TcpProxy Start(TimeSpan delay) =>
        new(new IPEndPoint(IPAddress.Loopback, 0), (IPEndPoint)_server.LocalEndpoint, delay, TimeProvider.System);

    private async Task<(Socket Near, Socket Far)> ConnectAsync(TcpProxy proxy)
    {
        var near = await ConnectOnlyAsync(proxy);
        return (near, await _server.AcceptSocketAsync().WaitAsync(Patience));
    }
}

using System.Net;
using System.Net.Sockets;
using CameraFabric.Hosting.Trials;

namespace CameraFabric.Hosting.Tests.Trials;

public sealed class LinkWireTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _late = new(Patience);
    private readonly TcpListener _home = new(IPAddress.Loopback, 0);
    private readonly LinkWire _wire;

    public LinkWireTests()
    {
        _home.Start();
        _wire = new LinkWire(((IPEndPoint)_home.LocalEndpoint).Port);
    }

    [Fact]
    public async Task It_carries_bytes_and_the_end_in_both_directions()
    {
        var (reader, home) = await ConnectAsync();
        using (reader)
        using (home)
        {
            await home.SendAsync("frame"u8.ToArray(), _late.Token);
            home.Shutdown(SocketShutdown.Send);
            Assert.Equal("frame", await ReadAsync(reader));
            await reader.SendAsync("credit"u8.ToArray(), _late.Token);
            reader.Shutdown(SocketShutdown.Send);
            Assert.Equal("credit", await ReadAsync(home));
        }
    }

    [Fact]
    public async Task A_cut_breaks_both_ends_and_refuses_others_until_it_is_healed()
    {
        var (reader, home) = await ConnectAsync();
        using (reader)
        using (home)
        {
            _wire.Cut();

            await Assert.ThrowsAsync<SocketException>(() => ReadAsync(reader));
            await Assert.ThrowsAsync<SocketException>(() => ReadAsync(home));
        }

        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var refused = await DialAsync();
            await ReadAsync(refused);
        });
        Assert.Equal((1, 1), (_wire.Broken, _wire.Refused));

        _wire.Heal();
        var (again, end) = await ConnectAsync();
        again.Dispose();
        end.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _wire.DisposeAsync();
        _home.Dispose();
        _late.Dispose();
    }

    private async Task<(Socket Reader, Socket Home)> ConnectAsync()
    {
        var reader = await DialAsync();
        return (reader, await _home.AcceptSocketAsync(_late.Token));
    }

    private async Task<Socket> DialAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _wire.Port), _late.Token);
        return socket;
    }

    private async Task<string> ReadAsync(Socket socket)
    {
        var text = "";
        var buffer = new byte[64];
        while (await socket.ReceiveAsync(buffer, _late.Token) is var length and > 0) text += System.Text.Encoding.ASCII.GetString(buffer, 0, length);
        return text;
    }
}

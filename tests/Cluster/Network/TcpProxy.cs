using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace CameraFabric.Cluster.Tests.Network;

/// <summary>The directions through a proxy.</summary>
[Flags]
internal enum Ways
{
    None = 0,

    /// <summary>From who connects to who is connected to.</summary>
    Forth = 1,

    Back = 2,

    Both = Forth | Back,
}

/// <summary>
/// Stands between two ends of TCP connections: it delays what they send each other, can stop forwarding without a word, and can
/// break all connections as a router does that has forgotten them. It loses, doubles and reorders nothing.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    // What may be under way in one direction of a connection: enough for a link at full rate and 50 ms.
    private const int Chunks = 1024;
    private const int ChunkBytes = 64 * 1024;

    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Socket, Socket> _connections = [];
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<Socket, CancellationToken, Task<Socket>> _connect;
    private readonly TimeSpan _delay;
    private readonly TimeProvider _time;
    private readonly Task _accepting;
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private Ways _stalled;
    private bool _cut;

    /// <summary>Starts one.</summary>
    /// <param name="listen">Where it is connected to; port 0 for any.</param>
    /// <param name="target">Where it connects to then.</param>
    /// <param name="delay">How much later everything arrives, in each direction.</param>
    /// <param name="time">What measures the delay.</param>
    public TcpProxy(IPEndPoint listen, IPEndPoint target, TimeSpan delay, TimeProvider time)
        : this(listen, (_, cancel) => ConnectAsync(target, cancel), delay, time)
    {
    }

    /// <summary>Starts one that finds out for each connection where it was meant to go.</summary>
    public TcpProxy(IPEndPoint listen, Func<Socket, CancellationToken, Task<Socket>> connect, TimeSpan delay, TimeProvider time)
    {
        (_connect, _delay, _time) = (connect, delay, time);
        _listener.Bind(listen);
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Forwards nothing more in these directions, and says nothing about it; connections stay open.</summary>
    public void Stall(Ways ways) => Change(() => _stalled |= ways);

    /// <summary>Breaks all connections (RST), and each new one, until healed.</summary>
    public void Cut()
    {
        Change(() => _cut = true);
        foreach (var connection in _connections) Reset(connection.Key, connection.Value);
    }

    /// <summary>What was stalled goes on; new connections are let through again.</summary>
    public void Heal() => Change(() => (_stalled, _cut) = (Ways.None, false));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        foreach (var connection in _connections) Reset(connection.Key, connection.Value);
        await _accepting;
        _end.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<Socket> ConnectAsync(IPEndPoint target, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(target, cancel);
        return socket;
    }

    private static void Reset(params IEnumerable<Socket> sockets)
    {
        foreach (var socket in sockets)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                // Its peer was quicker.
            }

            socket.Dispose();
        }
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            _changed.SetResult();
            _changed = NewSignal();
        }
    }

    private async Task AcceptAsync()
    {
        List<Task> served = [];
        try
        {
            while (true) served.Add(ServeAsync(await _listener.AcceptAsync(_end.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(Socket near)
    {
        near.NoDelay = true;
        Socket? far = null;
        try
        {
            lock (_gate)
            {
                if (_cut) throw new OperationCanceledException();
            }

            far = await _connect(near, _end.Token);
            lock (_gate)
            {
                if (_cut || _end.IsCancellationRequested) throw new OperationCanceledException();
                _connections[near] = far;
            }

            await Task.WhenAll(CarryAsync(near, far, Ways.Forth), CarryAsync(far, near, Ways.Back));
            near.Dispose();
            far.Dispose();
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Reset(far is null ? [near] : [near, far]);
        }
        finally
        {
            _connections.TryRemove(near, out _);
        }
    }

    private async Task CarryAsync(Socket from, Socket to, Ways way)
    {
        var underWay = Channel.CreateBounded<(long Read, byte[] Bytes)>(Chunks);
        await Task.WhenAll(ReadAsync(from, underWay.Writer), WriteAsync(underWay.Reader, from, to, way));
    }

    private async Task ReadAsync(Socket from, ChannelWriter<(long Read, byte[] Bytes)> underWay)
    {
        var buffer = new byte[ChunkBytes];
        Exception? broken = null;
        try
        {
            for (var length = -1; length != 0;)
            {
                length = await from.ReceiveAsync(buffer, SocketFlags.None, _end.Token);
                await underWay.WriteAsync((_time.GetTimestamp(), buffer[..length]), _end.Token);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            broken = error;
        }

        underWay.Complete(broken);
    }

    private async Task WriteAsync(ChannelReader<(long Read, byte[] Bytes)> underWay, Socket from, Socket to, Ways way)
    {
        try
        {
            await foreach (var (read, bytes) in underWay.ReadAllAsync(_end.Token))
            {
                await UntilAsync(read);
                await OpenAsync(way);
                if (bytes.Length == 0) to.Shutdown(SocketShutdown.Send);
                for (var sent = 0; sent < bytes.Length;) sent += await to.SendAsync(bytes.AsMemory(sent), SocketFlags.None, _end.Token);
            }
        }
        catch
        {
            // The other direction must not wait for what will not come.
            Reset(from, to);
            throw;
        }
    }

    /// <summary>Waits until what was read then is due.</summary>
    private async Task UntilAsync(long read)
    {
        while (_delay - _time.GetElapsedTime(read) is var left && left > TimeSpan.Zero)
        {
            var due = NewSignal();
            await using var timer = _time.CreateTimer(_ => due.TrySetResult(), null, left, Timeout.InfiniteTimeSpan);
            await due.Task.WaitAsync(_end.Token);
        }
    }

    private async Task OpenAsync(Ways way)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if ((_stalled & way) == 0) return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(_end.Token);
        }
    }
}

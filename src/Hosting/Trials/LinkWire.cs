using System.Net;
using System.Net.Sockets;

namespace CameraFabric.Hosting.Trials;

/// <summary>
/// The wire between two nodes of a trial, for their links alone: forwards TCP connections, until it is cut. Then it breaks those that stand (RST),
/// and refuses others in the same way, until it is healed.
/// </summary>
internal sealed class LinkWire : IAsyncDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly IPEndPoint _target;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly Task _accepting;
    private bool _isCut;
    private int _broken;
    private int _refused;

    /// <summary>Starts to forward.</summary>
    /// <param name="target">The port of 127.0.0.1 to which it leads.</param>
    public LinkWire(int target)
    {
        _target = new IPEndPoint(IPAddress.Loopback, target);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>The port of 127.0.0.1 from which it leads.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Connections that were broken so far.</summary>
    public int Broken => Volatile.Read(ref _broken);

    /// <summary>Connections that were refused so far.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Breaks every connection, and refuses others from now on.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _isCut = true;
            foreach (var near in _open) Reset(near);
            _broken += _open.Count;
        }
    }

    /// <summary>Connections are let through again.</summary>
    public void Heal()
    {
        lock (_gate) _isCut = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        lock (_gate)
        {
            foreach (var near in _open) Reset(near);
        }

        await _accepting;
        _end.Dispose();
    }

    private static bool IsBroken(Exception error) => error is SocketException or ObjectDisposedException or OperationCanceledException;

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception error) when (IsBroken(error))
        {
            // Its other end was quicker.
        }

        socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> served = [];
        try
        {
            while (true) served.Add(ServeAsync(await _listener.AcceptAsync(_end.Token)));
        }
        catch (Exception error) when (IsBroken(error))
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(Socket near)
    {
        if (!TryOpen(near)) return;
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            near.NoDelay = true;
            await far.ConnectAsync(_target, _end.Token);
            await Task.WhenAll(CarryAsync(near, far), CarryAsync(far, near));
        }
        catch (Exception error) when (IsBroken(error))
        {
            // Whatever has broken one end breaks the other: see below.
        }

        lock (_gate) _open.Remove(near);
        Reset(near);
    }

    private bool TryOpen(Socket near)
    {
        lock (_gate)
        {
            if (!_isCut && !_end.IsCancellationRequested)
            {
                _open.Add(near);
                return true;
            }

            _refused++;
        }

        Reset(near);
        return false;
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[BufferBytes];
            while (await from.ReceiveAsync(buffer, SocketFlags.None, _end.Token) is var length and > 0)
            {
                for (var sent = 0; sent < length;) sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), SocketFlags.None, _end.Token);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // The other direction must not wait for what will not come.
            Reset(from);
            Reset(to);
            throw;
        }
    }
}

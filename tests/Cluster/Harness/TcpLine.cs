using System.Net;
using System.Net.Sockets;

namespace CameraFabric.Cluster.Tests.Harness;

/// <summary>
/// A line between machines that is long, or cut: every TCP connection to a machine goes through it. What arrives while it is cut waits, as it would
/// in a sender's memory, and arrives when it is whole again.
/// </summary>
internal sealed class TcpLine : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<Socket, IPEndPoint> _destination;
    private readonly CancellationTokenSource _stop = new();
    private readonly Direction _inwards = new(), _outwards = new();

    /// <summary>Begins to pass connections on.</summary>
    /// <param name="listen">Where it listens; port 0 for any.</param>
    /// <param name="destination">Where a connection wanted to go.</param>
    public TcpLine(IPEndPoint listen, Func<Socket, IPEndPoint> destination)
    {
        _destination = destination;
        _listener = new TcpListener(listen);
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Listens => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Obeys <c>delay MS</c> (each way), <c>cut in</c>, <c>cut out</c>, <c>cut</c> and <c>heal</c>.</summary>
    public void Obey(string order)
    {
        switch (order.Split(' '))
        {
            case ["delay", var ms]: _inwards.Delay = _outwards.Delay = TimeSpan.FromMilliseconds(double.Parse(ms, System.Globalization.CultureInfo.InvariantCulture)); break;
            case ["cut", "in"]: _inwards.Cut(); break;
            case ["cut", "out"]: _outwards.Cut(); break;
            case ["cut"]: _inwards.Cut(); _outwards.Cut(); break;
            case ["heal"]: _inwards.Heal(); _outwards.Heal(); break;
            default: throw new ArgumentException($"'{order}' is no order for a line");
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _inwards.Heal();
        _outwards.Heal();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true) _ = PassAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Its end.
        }
    }

    private async Task PassAsync(Socket caller)
    {
        using var called = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (caller)
        {
            caller.NoDelay = true;
            try
            {
                await called.ConnectAsync(_destination(caller), _stop.Token);
            }
            catch (SocketException)
            {
                caller.Close(0);
                return;
            }

            await Task.WhenAll(PassAsync(caller, called, _inwards), PassAsync(called, caller, _outwards));
        }
    }

    /// <summary>One way of a connection: one task takes what comes, another one hands it over when it is due.</summary>
    private async Task PassAsync(Socket from, Socket to, Direction direction)
    {
        var onTheWay = System.Threading.Channels.Channel.CreateBounded<(byte[] Bytes, long Due)>(1024);
        var handing = HandOverAsync();
        try
        {
            var buffer = new byte[64 << 10];
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
                await onTheWay.Writer.WriteAsync((buffer[..count], Environment.TickCount64 + (long)direction.Delay.TotalMilliseconds), _stop.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // An end breaks: the other one is told below.
        }

        onTheWay.Writer.TryComplete();
        await handing;

        async Task HandOverAsync()
        {
            try
            {
                await foreach (var (bytes, due) in onTheWay.Reader.ReadAllAsync(_stop.Token))
                {
                    if (due - Environment.TickCount64 is > 0 and var wait) await Task.Delay(TimeSpan.FromMilliseconds(wait), TimeProvider.System, _stop.Token);
                    await direction.WholeAsync(_stop.Token);
                    for (var rest = bytes.AsMemory(); rest.Length > 0;) rest = rest[await to.SendAsync(rest, _stop.Token)..];
                }

                to.Shutdown(SocketShutdown.Send);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                from.Close(0);
            }
        }
    }

    /// <summary>One way of the line.</summary>
    private sealed class Direction
    {
        private volatile TaskCompletionSource? _cut;
        private long _delay;

        public TimeSpan Delay
        {
            get => new(Volatile.Read(ref _delay));
            set => Volatile.Write(ref _delay, value.Ticks);
        }

        public void Cut() => _cut ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Heal() => Interlocked.Exchange(ref _cut, null)?.TrySetResult();

        public Task WholeAsync(CancellationToken cancellation) => _cut?.Task.WaitAsync(cancellation) ?? Task.CompletedTask;
    }
}

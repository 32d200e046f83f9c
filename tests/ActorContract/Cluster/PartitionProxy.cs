using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CameraFabric.ActorContract.Tests.Clusters;

/// <summary>
/// The network between nodes. Each node is known by a loopback address of its own, at which this listens, and binds another one; a
/// connection tells by its first bytes, in which every remoting protocol names the origin, whose it is. What is cut stays
/// connected and carries nothing, as with a pulled cable; what is whole again carries on where it stood.
/// </summary>
public sealed class PartitionProxy : IDisposable
{
    private const int OriginBound = 4096;
    private static int s_hosts;

    private readonly CancellationTokenSource _end = new();
    private readonly object _gate = new();
    private readonly List<TcpListener> _listeners = [];
    private readonly List<string> _hosts = [];
    private HashSet<string> _side = [];
    private TaskCompletionSource _whole = Completed();

    /// <summary>What a node must have in its configuration to live in this network.</summary>
    public string Add()
    {
        // Three digits each: no host's name is part of another's. The process takes part, so that runs side by side do not meet.
        var number = Interlocked.Increment(ref s_hosts) % 100;
        var host = $"127.{100 + Environment.ProcessId % 100}.100.{100 + number}";
        var bound = $"127.{100 + Environment.ProcessId % 100}.200.{100 + number}";
        var listener = new TcpListener(IPAddress.Parse(host), 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        lock (_gate)
        {
            _listeners.Add(listener);
            _hosts.Add(host);
        }
        _ = Accept(listener, host, new IPEndPoint(IPAddress.Parse(bound), port));
        return $"akka.remote.dot-netty.tcp {{ hostname = {bound}, public-hostname = {host}, port = {port} }}";
    }

    /// <summary>Cuts off these nodes from all others. They go on to hear each other.</summary>
    public void Cut(params ClusterNode[] side)
    {
        lock (_gate)
        {
            _side = side.Select(n => n.Address.Host).ToHashSet();
            _whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Makes the network whole again.</summary>
    public void Heal()
    {
        lock (_gate)
        {
            _side = [];
            _whole.TrySetResult();
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        Heal();
        foreach (var listener in _listeners) listener.Dispose();
        _end.Dispose();
    }

    private static TaskCompletionSource Completed()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private async Task Accept(TcpListener listener, string host, IPEndPoint node)
    {
        var end = _end.Token;
        try
        {
            while (true) _ = Carry(await listener.AcceptSocketAsync(end), host, node, end);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task Carry(Socket from, string host, IPEndPoint node, CancellationToken end)
    {
        using var near = from;
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        try
        {
            await far.ConnectAsync(node, end);
            var first = new byte[OriginBound];
            var count = 0;
            string? origin = null;
            while (origin is null && count < first.Length)
            {
                var came = await near.ReceiveAsync(first.AsMemory(count), end);
                if (came == 0) return;
                count += came;
                origin = Origin(Encoding.Latin1.GetString(first, 0, count), host);
            }
            await Whole(origin!, host, end);
            await far.SendAsync(first.AsMemory(0, count), end);
            await Task.WhenAny(Copy(near, far, origin!, host, end), Copy(far, near, origin!, host, end));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // One end is gone: so is the other.
        }
    }

    private async Task Copy(Socket from, Socket to, string one, string other, CancellationToken end)
    {
        var buffer = new byte[65536];
        while (true)
        {
            var count = await from.ReceiveAsync(buffer, end);
            await Whole(one, other, end);
            if (count == 0) return;
            await to.SendAsync(buffer.AsMemory(0, count), end);
        }
    }

    private string? Origin(string text, string own)
    {
        lock (_gate) return _hosts.FirstOrDefault(h => h != own && text.Contains(h, StringComparison.Ordinal));
    }

    private Task Whole(string one, string other, CancellationToken end)
    {
        lock (_gate) return _side.Contains(one) == _side.Contains(other) ? Task.CompletedTask : _whole.Task.WaitAsync(end);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Links;

/// <summary>
/// Takes a node's incoming links: one TCP endpoint and one unix socket for all its cameras. Connections in their greeting are few and short: one
/// more ends the oldest. Thread-safe.
/// </summary>
internal sealed partial class LinkListener : IDisposable
{
    private const int Backlog = 64;
    private const int UnixToken = 1;
    private const int TcpToken = 2;
    private static readonly TimeSpan NoDescriptorPause = TimeSpan.FromMilliseconds(100);

    private readonly string _hostName;
    private readonly LinkOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RefusalLog _refusals;
    private readonly object _gate = new();
    private readonly Dictionary<Guid, Expectation> _expected = [];
    private readonly List<LinkVisitor> _visitors = [];
    private readonly Poller _poller = new();
    private readonly Socket? _tcp;
    private readonly UnixListener? _unix;
    private readonly Thread _thread;
    private bool _isStopping;

    /// <summary>Binds the sockets and starts listening.</summary>
    /// <param name="hostName">The machine's name as the rig has it.</param>
    /// <param name="options">Where to listen, and limits.</param>
    /// <param name="time">Measures the time limit of greetings.</param>
    /// <param name="logger">Where refusals are told.</param>
    /// <exception cref="IOException">An address or path cannot be had; the message says which and why.</exception>
    public LinkListener(string hostName, LinkOptions options, TimeProvider time, ILogger logger)
    {
        _hostName = hostName;
        _options = options;
        _time = time;
        _logger = logger;
        _refusals = new RefusalLog(time, logger);
        try
        {
            if (options.UnixPath.Length > 0)
            {
                _unix = UnixListener.Bind(options.UnixPath, Backlog);
                _poller.Add(_unix.Descriptor, PollEvents.Readable, UnixToken);
            }

            if (options.TcpAddress.Length > 0)
            {
                _tcp = Bind(options);
                _poller.Add(new FileDescriptor((int)_tcp.Handle, ownsHandle: false), PollEvents.Readable, TcpToken);
            }
        }
        catch
        {
            Close();
            throw;
        }

        LogListening(_tcp?.LocalEndPoint?.ToString() ?? "no TCP address", options.UnixPath);
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Makes an offer for one connection of one reader.</summary>
    /// <param name="camera">The camera.</param>
    /// <param name="epoch">The epoch of its placement.</param>
    /// <param name="readerNode">The node that may come.</param>
    /// <param name="connected">Called once, on another thread, with the reader's connection, which is the callee's. Must not block.</param>
    public LinkOffer Expect(string camera, uint epoch, string readerNode, Action<LinkConnection> connected)
    {
        ArgumentNullException.ThrowIfNull(connected);
        var token = new Guid(RandomNumberGenerator.GetBytes(16));
        lock (_gate) _expected.Add(token, new Expectation(camera, epoch, readerNode, connected));
        var host = _tcp is null ? "" : _options.TcpHost.Length > 0 ? _options.TcpHost : _options.TcpAddress;
        var port = _options.TcpAdvertisedPort > 0 ? _options.TcpAdvertisedPort : (_tcp?.LocalEndPoint as IPEndPoint)?.Port ?? 0;
        return new LinkOffer(token, epoch, host, port, _options.UnixPath, _hostName);
    }

    /// <summary>An offer is not valid any more. Nothing happens if it was taken.</summary>
    public void Withdraw(LinkOffer offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        lock (_gate) _expected.Remove(offer.Token);
    }

    /// <summary>Stops listening and ends greetings; connections that were handed on stay.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopping) return;
            _isStopping = true;
            foreach (var visitor in _visitors) visitor.Abort("the node is stopping");
            Monitor.PulseAll(_gate);
        }

        _poller.Wake();
        _thread.Join();
        Close();
    }

    private static Socket Bind(LinkOptions options)
    {
        Socket? socket = null;
        try
        {
            var address = IPAddress.TryParse(options.TcpAddress, out var parsed) ? parsed : Dns.GetHostAddresses(options.TcpAddress)[0];
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, options.TcpPort));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new IOException($"links: listening at {options.TcpAddress}:{options.TcpPort} failed: {e.Message}", e);
        }
    }

    private void Run()
    {
        ThreadTuning.NameCurrent("links");
        var found = new PollResult[2];
        while (true)
        {
            var count = _poller.Wait(found, Timeout.InfiniteTimeSpan);
            lock (_gate)
            {
                if (_isStopping) return;
            }

            foreach (var result in found.AsSpan(0, count)) Accept(result.Token);
        }
    }

    private void Accept(long token)
    {
        try
        {
            if (token == TcpToken) Admit(CarrierOf(_tcp!.Accept()));
            else if (_unix!.TryAccept() is { } socket) Admit(new UnixCarrier(socket, _options.StallTimeout));
        }
        catch (Exception e) when (LinkCarrier.IsFailure(e))
        {
            // Mostly for lack of descriptors: the connection waits on, and so does this thread, rather than to ask again and again.
            _refusals.Add("a connection", e.Message);
            lock (_gate)
            {
                if (!_isStopping) Monitor.Wait(_gate, NoDescriptorPause);
            }
        }
    }

    private TcpCarrier CarrierOf(Socket socket)
    {
        try
        {
            return _options.Certificate is { } own
                ? new TlsCarrier(socket, _options.StallTimeout, own, _options.Refusal!)
                : new TcpCarrier(socket, _options.StallTimeout);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Whoever comes with a token greets at once; whoever has been silent for longest has none.
    private void Admit(LinkCarrier carrier)
    {
        var visitor = new LinkVisitor(carrier, _options, _time, Match, Left);
        lock (_gate)
        {
            while (_visitors.Count >= _options.MaximumPending && !_isStopping)
            {
                _visitors[0].Abort("too many others came before it had greeted");
                Monitor.Wait(_gate);
            }

            if (_isStopping)
            {
                carrier.Dispose();
                return;
            }

            _visitors.Add(visitor);
        }

        visitor.Start();
    }

    private Action<LinkConnection> Match(LinkGreeting greeting)
    {
        lock (_gate)
        {
            if (!_expected.TryGetValue(greeting.Token, out var wanted))
            {
                throw new LinkException($"node '{greeting.Reader}' wants camera '{greeting.Camera}' with a token that no offer has, or no longer has");
            }

            if (wanted.Epoch != greeting.Epoch || wanted.Camera != greeting.Camera || wanted.Reader != greeting.Reader)
            {
                throw new LinkException($"node '{greeting.Reader}' wants camera '{greeting.Camera}' of epoch {greeting.Epoch} with a token for node "
                    + $"'{wanted.Reader}', camera '{wanted.Camera}', epoch {wanted.Epoch}");
            }

            _expected.Remove(greeting.Token);
            return wanted.Connected;
        }
    }

    private void Left(LinkVisitor visitor, string? refusal)
    {
        lock (_gate)
        {
            _visitors.Remove(visitor);
            Monitor.PulseAll(_gate);
        }

        if (refusal is not null) _refusals.Add(visitor.Peer, refusal);
    }

    private void Close()
    {
        _poller.Dispose();
        _tcp?.Dispose();
        _unix?.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "links: listening at {Tcp}, {Unix}")]
    private partial void LogListening(string tcp, string unix);

    private sealed record Expectation(string Camera, uint Epoch, string Reader, Action<LinkConnection> Connected);
}

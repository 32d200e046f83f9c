using System.Net.Sockets;
using System.Runtime.InteropServices;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Links;

/// <summary>The reader's end of a link, for one connection: connecting anew is its owner's decision, with a new offer.</summary>
internal sealed partial class LinkReceiver
{
    private readonly LinkOffer _offer;
    private readonly string _camera;
    private readonly string _node;
    private readonly string _hostName;
    private readonly PoolShelf _pools;
    private readonly ILinkSink _sink;
    private readonly LinkOptions _options;
    private readonly LinkMeter _meter;
    private readonly FrameClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly PollResult[] _results = new PollResult[1];
    private readonly TaskCompletionSource<LinkEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Poller? _poller;
    private ITimer? _limit;
    private Socket? _connecting;
    private LinkCarrier? _carrier;
    private LinkInput _input = null!;
    private LinkOutput _output = null!;
    private string? _aborted;
    private bool _isUp;
    private volatile bool _isStopped;

    /// <summary>A receiver that does not run yet.</summary>
    /// <param name="offer">Where to connect.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="node">This node's name.</param>
    /// <param name="hostName">The machine that this node runs on: the unix socket is taken if it is the offer's.</param>
    /// <param name="pools">Where frames that come over TCP are put; it outlives the link.</param>
    /// <param name="sink">Who gets what comes.</param>
    /// <param name="options">Limits.</param>
    /// <param name="meter">Where it is counted.</param>
    /// <param name="clock">The frame clock.</param>
    /// <param name="time">Measures the time limit of the greeting.</param>
    /// <param name="logger">Where the link's life is told.</param>
    public LinkReceiver(LinkOffer offer, string camera, string node, string hostName, PoolShelf pools, ILinkSink sink, LinkOptions options,
        LinkMeter meter, FrameClock clock, TimeProvider time, ILogger logger)
    {
        _offer = offer;
        _camera = camera;
        _node = node;
        _hostName = hostName;
        _pools = pools;
        _sink = sink;
        _options = options;
        _meter = meter;
        _clock = clock;
        _time = time;
        _logger = logger;
    }

    /// <summary>Ends after the last call of the sink, and says why the link is over.</summary>
    public Task<LinkEnd> Ended => _ended.Task;

    /// <summary>Starts the thread, which connects. Once. A thread or a descriptor that cannot be had is an end of the link, like any other.</summary>
    public void Start()
    {
        try
        {
            new Thread(Run) { IsBackground = true }.Start();
        }
        catch (Exception e) when (e is ThreadStartException or OutOfMemoryException)
        {
            Finish(new LinkEnd($"no thread can be had: {e.Message}", false));
        }
    }

    /// <summary>
    /// Ends the link, within one stall limit, and tells the home so. Does not wait; the sink is still told of the end. Any thread.
    /// </summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (_isStopped || _ended.Task.IsCompleted) return;
            _isStopped = true;
            _aborted ??= "this node has closed it";
            if (_isUp) _carrier!.StopReceiving();
            else Cut();
            _limit = _time.CreateTimer(_ => Abort(""), null, _options.StallTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    private void Abort(string reason)
    {
        lock (_gate)
        {
            _aborted ??= reason;
            Cut();
        }
    }

    private void Cut()
    {
        _connecting?.Dispose();
        _carrier?.Shutdown();
    }

    private void Run()
    {
        ThreadTuning.NameCurrent($"rcv-{_camera}");
        LinkEnd end;
        try
        {
            // A full fence: whoever finds none yet has put down before what is looked at later.
            Interlocked.Exchange(ref _poller, new Poller());
            var window = Greet();
            LogUp(_camera, _carrier!.Peer, KindOf(_carrier), _offer.Epoch, window);
            _window = window;
            _poller.Add(_carrier.Descriptor, PollEvents.Readable, 1);
            lock (_gate) _isUp = _aborted is null ? true : throw new LinkException(_aborted);
            end = Serve(_poller);
        }
        catch (Exception e) when (LinkCarrier.IsFailure(e))
        {
            end = new LinkEnd(_aborted ?? e.Message, _isStopped);
            if (_isStopped && _isUp) SayFarewell(end.Reason);
        }
        catch (Exception e)
        {
            LogDefect(_camera, e);
            end = new LinkEnd($"the reader's end failed: {e.Message}", false);
        }

        Finish(end);
    }

    private void SayFarewell(string reason)
    {
        try
        {
            _output.Send(LinkMessage.Closing, reason);
        }
        catch (Exception e) when (LinkCarrier.IsFailure(e))
        {
            // The home sees the connection end.
        }
    }

    private void Finish(LinkEnd end)
    {
        _mirror?.Dispose();
        _poller?.Dispose();
        lock (_gate)
        {
            _limit?.Dispose();
            _connecting?.Dispose();
            _carrier?.Dispose();
        }

        if (end.IsOrderly)
        {
            LogEnded(_camera, end.Reason);
        }
        else
        {
            _meter.CountBreak();
            LogBroken(_camera, end.Reason);
        }

        _sink.Ended(end);
        _ended.TrySetResult(end);
    }

    private int Greet()
    {
        using var limit = _time.CreateTimer(_ => Abort($"the home did not answer within {_options.HelloTimeout.TotalSeconds} s"), null,
            _options.HelloTimeout, Timeout.InfiniteTimeSpan);
        var carrier = Connect();
        (_input, _output) = (new LinkInput(carrier), new LinkOutput(carrier));
        _output.SendHello(_offer.Epoch, _offer.Token, _options.WindowFrames, _camera, _node);
        LinkMessage type;
        ReadOnlySpan<byte> body;
        while (!_input.TryTake(out type, out body))
        {
            if (_input.Fill() == 0) throw new LinkException(_aborted ?? "the home closed the connection without an answer");
        }

        if (type == LinkMessage.Refused) throw new LinkException($"the home refuses it: {LinkGreeting.ReasonOf(body)}");
        if (type != LinkMessage.Welcome || body.Length != LinkWelcome.Bytes) throw new LinkException("what answers is no home of a link");
        var welcome = MemoryMarshal.Read<LinkWelcome>(body);
        if (welcome.Version != LinkWire.Version) throw new LinkException($"the home speaks version {welcome.Version}, this node {LinkWire.Version}");
        return welcome.Window is >= 1 && welcome.Window <= _options.WindowFrames
            ? (int)welcome.Window
            : throw new LinkException($"the home wants a window of {welcome.Window} frames; {_options.WindowFrames} at most were asked for");
    }

    private LinkCarrier Connect()
    {
        if (_offer.UnixPath.Length > 0 && _offer.HostName == _hostName)
        {
            return UnixSocket.TryConnect(_offer.UnixPath, out var unix, out var error)
                ? Keep(new UnixCarrier(unix, _options.StallTimeout))
                : throw new LinkException(error);
        }

        if (_offer.TcpHost.Length == 0) throw new LinkException($"the home is on '{_offer.HostName}', this node on '{_hostName}', and it takes no links over TCP");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        lock (_gate)
        {
            _connecting = socket;
            if (_aborted is not null) throw new LinkException(_aborted);
        }

        try
        {
            socket.Connect(_offer.TcpHost, _offer.TcpPort);
        }
        catch (SocketException e)
        {
            throw new LinkException($"connecting to {_offer.TcpHost}:{_offer.TcpPort} failed: {e.Message}");
        }

        if (_options.Certificate is null) return Keep(new TcpCarrier(socket, _options.StallTimeout));
        var carrier = new TlsCarrier(socket, _options.StallTimeout, _options.Certificate, _options.Refusal!);
        Keep(carrier);
        carrier.Authenticate(isServer: false);
        return carrier;
    }

    private LinkCarrier Keep(LinkCarrier carrier)
    {
        lock (_gate)
        {
            _carrier = carrier;
            _connecting = null;
            return _aborted is null ? carrier : throw new LinkException(_aborted);
        }
    }

    private LinkEnd Serve(Poller poller)
    {
        while (true)
        {
            while (_input.TryTake(out var type, out var body))
            {
                if (type == LinkMessage.Closing) return new LinkEnd($"the home has closed it: {LinkGreeting.ReasonOf(body)}", true);
                if (_isStopped) throw new LinkException("what still came is not wanted any more");
                Take(type, body);
            }

            SendReleases();
            if (poller.Wait(_results, Timeout.InfiniteTimeSpan) > 0 && _input.Fill() == 0)
            {
                throw new LinkException(_input.Left == 0 ? "the home closed the connection" : "the connection ended in the middle of a message");
            }
        }
    }

    private static string KindOf(LinkCarrier carrier) => carrier switch
    {
        UnixCarrier => "shared memory",
        TlsCarrier => "TCP with TLS",
        _ => "TCP",
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: link from its home ({Peer}) is up over {Kind}, epoch {Epoch}, window of {Window} frames")]
    private partial void LogUp(string camera, string peer, string kind, uint epoch, int window);

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: link from its home has ended: {Reason}")]
    private partial void LogEnded(string camera, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: link from its home is broken: {Reason}")]
    private partial void LogBroken(string camera, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "camera {Camera}: link from its home failed, which is a defect")]
    private partial void LogDefect(string camera, Exception exception);
}

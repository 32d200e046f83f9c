using CameraFabric.Platform;

namespace CameraFabric.Fabric.Links;

/// <summary>A connection in its greeting, on a thread of its own for as long as that takes.</summary>
/// <param name="carrier">The connection.</param>
/// <param name="options">Limits.</param>
/// <param name="time">Measures them.</param>
/// <param name="match">Finds who expects the reader; throws if nobody does.</param>
/// <param name="left">Told at the end, with the reason if the connection was refused.</param>
internal sealed class LinkVisitor(
    LinkCarrier carrier, LinkOptions options, TimeProvider time, Func<LinkGreeting, Action<LinkConnection>> match, Action<LinkVisitor, string?> left)
{
    private readonly Lock _gate = new();
    private string? _aborted;
    private bool _isHandedOn;

    /// <summary>Where it comes from, for people.</summary>
    public string Peer => carrier.Peer;

    /// <summary>Starts the thread. Without one to be had the connection is closed, and it has left when this returns.</summary>
    public void Start()
    {
        try
        {
            new Thread(Run) { IsBackground = true }.Start();
        }
        catch (Exception e) when (e is ThreadStartException or OutOfMemoryException)
        {
            carrier.Dispose();
            left(this, $"no thread can be had: {e.Message}");
        }
    }

    /// <summary>Ends it, unless it has been handed on. Does not wait.</summary>
    public void Abort(string reason)
    {
        lock (_gate)
        {
            if (_isHandedOn) return;
            _aborted ??= reason;
            carrier.Shutdown();
        }
    }

    private void Run()
    {
        ThreadTuning.NameCurrent("link-greeting");
        string? refusal = null;
        try
        {
            using var limit = time.CreateTimer(_ => Abort($"it did not greet within {options.HelloTimeout.TotalSeconds} s"), null, options.HelloTimeout,
                Timeout.InfiniteTimeSpan);
            Greet();
        }
        catch (Exception e)
        {
            // Whatever it is that a stranger's bytes or certificate led to, it ends this visit and not the node.
            refusal = _aborted ?? e.Message;
            Refuse(refusal);
        }

        left(this, refusal);
    }

    private void Greet()
    {
        if (carrier is TlsCarrier tls) tls.Authenticate(isServer: true);
        var input = new LinkInput(carrier);
        LinkMessage type;
        ReadOnlySpan<byte> body;
        while (!input.TryTake(out type, out body))
        {
            if (input.Fill() == 0) throw new LinkException("it closed the connection before it had greeted");
        }

        var greeting = LinkGreeting.Read(type, body);
        var connected = match(greeting);
        var window = Math.Min(greeting.Window, options.WindowFrames);
        new LinkOutput(carrier).Send(LinkMessage.Welcome, new LinkWelcome(LinkWire.Version, (uint)window));
        lock (_gate)
        {
            if (_aborted is not null) throw new LinkException(_aborted);
            _isHandedOn = true;
        }

        connected(new LinkConnection(carrier, input, greeting, window, time));
    }

    private void Refuse(string reason)
    {
        try
        {
            if (carrier is not TlsCarrier { IsAuthenticated: false }) new LinkOutput(carrier).Send(LinkMessage.Refused, reason);
        }
        catch (Exception e) when (LinkCarrier.IsFailure(e))
        {
            // It does not listen: the log has the reason.
        }

        carrier.Dispose();
    }
}

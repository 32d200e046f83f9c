using Akka.Actor;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Links;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// The home's end of one link: offers it, and runs its sender from the moment that the reader has come until the link is over. The link
/// stands and falls for itself: the camera, its other links and its own guests do not notice.
/// </summary>
internal sealed class HomeLinkActor : UntypedActor
{
    private readonly LinkTask _task;
    private readonly Arrival _arrival = new();
    private LinkOffer? _offer;
    private LinkSender? _sender;
    private string? _closed;

    /// <summary>A link that is not offered yet.</summary>
    public HomeLinkActor(LinkTask task) => _task = task;

    /// <summary>How to make one.</summary>
    public static Props Props(LinkTask task) => Akka.Actor.Props.Create(() => new HomeLinkActor(task));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        var (self, arrival) = (Self, _arrival);
        _offer = _task.Listener.Expect(_task.Camera, _task.Epoch, _task.ReaderNode, connection =>
        {
            if (arrival.TryPut(connection)) self.Tell(ReaderCame.Message, ActorRefs.NoSender);
            else connection.Dispose();
        });
        Context.Parent.Tell(new LinkPrepared(_task.Reader, _task.Link, _offer));
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ReaderCame when _arrival.Take() is { } connection:
                _sender = new LinkSender(connection, _task.Options, _task.Meter, _task.Clock, _task.Logger);
                _sender.Ended.PipeTo(Self, Self, static end => new SenderEnded(end), static error => new SenderEnded(new LinkEnd(error.Message, false)));
                _sender.Start();
                Context.Parent.Tell(new LinkStands(_task.Reader, _task.Link, _sender));
                break;
            case CloseLink close:
                _closed = close.Reason;
                if (_sender is null) Context.Stop(Self);
                else _sender.Stop(close.Reason);
                break;
            case SenderEnded ended:
                _sender = null;
                if (_closed is null) Context.Parent.Tell(new LinkFell(_task.Reader, _task.Link, ended.End));
                Context.Stop(Self);
                break;
            case ReaderCame:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        if (_offer is not null) _task.Listener.Withdraw(_offer);
        _arrival.Close();
        _sender?.Stop("the camera's home ends it");
        base.PostStop();
    }

    /// <summary>The reader has come.</summary>
    private sealed class ReaderCame
    {
        public static ReaderCame Message { get; } = new();
    }

    private sealed record SenderEnded(LinkEnd End);

    /// <summary>Where a connection waits for the actor: one that comes too late is closed, not forgotten in a mailbox.</summary>
    private sealed class Arrival
    {
        private readonly Lock _lock = new();
        private LinkConnection? _connection;
        private bool _isClosed;

        public bool TryPut(LinkConnection connection)
        {
            lock (_lock)
            {
                if (_isClosed) return false;
                _connection = connection;
                return true;
            }
        }

        public LinkConnection? Take()
        {
            lock (_lock)
            {
                var connection = _connection;
                _connection = null;
                return connection;
            }
        }

        public void Close()
        {
            lock (_lock) _isClosed = true;
            Take()?.Dispose();
        }
    }
}

/// <summary>What the home's end of a link has to know.</summary>
/// <param name="Listener">Takes the reader's connection.</param>
/// <param name="Camera">The camera's id.</param>
/// <param name="Epoch">The epoch of its placement.</param>
/// <param name="Reader">The reader.</param>
/// <param name="ReaderNode">Its node.</param>
/// <param name="Link">The reader's number for the link.</param>
/// <param name="Options">Limits.</param>
/// <param name="Meter">Where it is counted.</param>
/// <param name="Clock">The frame clock.</param>
/// <param name="Logger">Where its life is told.</param>
internal sealed record LinkTask(
    LinkListener Listener, string Camera, uint Epoch, IActorRef Reader, string ReaderNode, ulong Link, LinkOptions Options, LinkMeter Meter,
    FrameClock Clock, ILogger Logger);

/// <summary>A link's actor to its camera: the reader may come.</summary>
/// <param name="Reader">The reader.</param>
/// <param name="Link">The reader's number for the link.</param>
/// <param name="Offer">Where, and with what token.</param>
internal sealed record LinkPrepared(IActorRef Reader, ulong Link, LinkOffer Offer);

/// <summary>A link's actor to its camera: the reader has come.</summary>
/// <param name="Reader">The reader.</param>
/// <param name="Link">The reader's number for the link.</param>
/// <param name="Tap">Where frames for it go.</param>
internal sealed record LinkStands(IActorRef Reader, ulong Link, IFrameTap Tap);

/// <summary>A link's actor to its camera: it is over.</summary>
/// <param name="Reader">The reader.</param>
/// <param name="Link">The reader's number for the link.</param>
/// <param name="End">Why, and whether somebody wanted it so.</param>
internal sealed record LinkFell(IActorRef Reader, ulong Link, LinkEnd End);

/// <summary>A camera to a link's actor: end it. It stops when the sender has given back everything.</summary>
/// <param name="Reason">Why, for the other end.</param>
internal sealed record CloseLink(string Reason);

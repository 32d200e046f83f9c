using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace CameraFabric.Fabric.Messages;

/// <summary>
/// Says what other nodes have sent that this one cannot read, once for each of them and each kind: a node of another version may send it
/// again and again.
/// </summary>
internal sealed partial class UnreadActor : UntypedActor
{
    // What a peer can make this node remember; beyond it nothing is said any more.
    private const int Most = 200;

    private static readonly string Version = typeof(UnreadActor).Assembly.GetName().Version!.ToString(fieldCount: 3);
    private readonly ILogger _logger;
    private readonly HashSet<(Address Peer, string Manifest)> _said = [];

    /// <summary>One for a node.</summary>
    public UnreadActor(ILogger logger) => _logger = logger;

    /// <summary>How to make one.</summary>
    /// <param name="logger">Where it says it.</param>
    public static Props Props(ILogger logger) => Akka.Actor.Props.Create(() => new UnreadActor(logger));

    /// <inheritdoc/>
    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(UnhandledMessage));

    /// <inheritdoc/>
    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is not UnhandledMessage { Message: UnreadMessage unread } unhandled) return;
        var peer = unhandled.Sender.Path.Address;
        if (_said.Count >= Most || !_said.Add((peer, unread.Manifest))) return;
        LogUnread(peer, unread.Manifest, unhandled.Recipient.Path.ToStringWithoutAddress(), unread.Reason, Version);
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "the node at {Peer} sends a {Manifest} to {Recipient} that cannot be read here: {Reason}; it is dropped, which is said once."
            + " This node is of version {Version}, and so should all nodes be")]
    private partial void LogUnread(Address peer, string manifest, string recipient, string reason, string version);
}

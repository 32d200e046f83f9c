using System.Net.Sockets;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Remote.Transport;

/// <summary>A connection that another system opened: brings its messages to the actors here, one after the other.</summary>
internal sealed class InboundConnection(
    RemoteTransport transport, RemoteActorRefProvider provider, ExtendedActorSystem system, Socket socket)
{
    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Who opened it; known after its hello.</summary>
    public Address Origin { get; private set; } = Address.AllSystems;

    /// <summary>The number of that system.</summary>
    public int OriginUid { get; private set; }

    private ILoggingAdapter Log => transport.Log;

    /// <summary>Ends it.</summary>
    public void Close() => socket.Dispose();

    /// <summary>Reads until it ends.</summary>
    public async Task Run()
    {
        using var owned = socket;
        try
        {
            socket.NoDelay = true;
            var peer = socket.RemoteEndPoint?.ToString() ?? "";
            await using Stream plain = new NetworkStream(socket);
            using var hello = CancellationTokenSource.CreateLinkedTokenSource(transport.End);
            hello.CancelAfter(HelloTimeout);
            await using var stream = transport.Settings.Ssl is { } ssl ? await ssl.Accept(plain, peer, Log, hello.Token) : plain;
            if (!await Greet(stream, hello.Token)) return;
            var buffered = new BufferedStream(stream, 65536);
            var bound = transport.Settings.MaximumFrame + Frame.Overhead;
            while (await Frame.Read(buffered, bound, transport.End) is { } came) Dispatch(came);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // This side ends it.
        }
        catch (Exception e)
        {
            if (!transport.End.IsCancellationRequested) Log.Warning("A connection of {0} ends: {1}", Origin, e.Message);
        }
    }

    private async Task<bool> Greet(Stream stream, CancellationToken end)
    {
        var frame = await Frame.Read(stream, Frame.HelloBound, end) ?? throw new EndOfStreamException("it said nothing");
        if ((FrameKind)frame[0] != FrameKind.Hello) throw new InvalidDataException("its first frame is no hello");
        using var reader = Frame.Open(frame);
        var version = reader.ReadByte();
        if (version != Frame.Version)
            return await Refuse(stream, Refusal.Version, $"version {version}; {Frame.Version} would be right", end);
        Origin = Address.Parse(reader.ReadString());
        OriginUid = reader.ReadInt32();
        var wanted = reader.ReadString();
        if (wanted != transport.DefaultAddress.ToString())
            return await Refuse(stream, Refusal.WrongAddress, $"it wants {wanted}, and this is {transport.DefaultAddress}", end);
        if (transport.IsQuarantined(Origin, OriginUid)) return await Refuse(stream, Refusal.Quarantined, "it is quarantined", end);
        await stream.WriteAsync(Frame.Make(FrameKind.Welcome, writer => writer.Write(transport.Uid)), end);
        return true;
    }

    private async Task<bool> Refuse(Stream stream, Refusal refusal, string reason, CancellationToken end)
    {
        Log.Warning("A connection of {0} is refused: {1}", Origin, reason);
        await stream.WriteAsync(Frame.Make(FrameKind.Refusal, writer => writer.Write((byte)refusal)), end);
        return false;
    }

    // What cannot be understood is lost alone: frames have lengths, so that the next one is found.
    private void Dispatch(byte[] frame)
    {
        try
        {
            using var reader = Frame.Open(frame);
            switch ((FrameKind)frame[0])
            {
                case FrameKind.Message or FrameKind.Selected:
                    Deliver(reader, (FrameKind)frame[0] == FrameKind.Selected);
                    break;
                case FrameKind.Watch:
                    Watch(reader.ReadString(), Resolve(reader.ReadString()));
                    break;
                case FrameKind.Unwatch:
                    var left = Resolve(reader.ReadString());
                    left.SendSystemMessage(new Unwatch(left, Resolve(reader.ReadString())));
                    break;
                case FrameKind.Ended:
                    var watcher = Resolve(reader.ReadString());
                    var ended = Resolve(reader.ReadString());
                    provider.RemoteWatcher.Tell(new RemoteWatcher.UnwatchRemote(ended, watcher), ActorRefs.NoSender);
                    watcher.SendSystemMessage(new DeathWatchNotification(ended, true, false));
                    break;
                case FrameKind.Heartbeat:
                    transport.Send(Origin, FrameKind.HeartbeatAnswer);
                    break;
                case FrameKind.HeartbeatAnswer:
                    provider.RemoteWatcher.Tell(new RemoteWatcher.Answered(Origin), ActorRefs.NoSender);
                    break;
                default:
                    Log.Error("A frame of {0} is dropped: it has the unknown kind {1}.", Origin, frame[0]);
                    break;
            }
        }
        catch (Exception e)
        {
            Log.Error(e, "A message of {0} is dropped: it cannot be read.", Origin);
        }
    }

    private void Deliver(BinaryReader reader, bool selected)
    {
        var recipient = Resolve(reader.ReadString());
        var path = reader.ReadString();
        var sender = path.Length == 0 ? system.DeadLetters : provider.ResolveActorRef(path);
        var elements = selected ? Frame.ReadElements(reader) : [];
        var fansOut = selected && reader.ReadBoolean();
        var id = reader.ReadInt32();
        var manifest = reader.ReadString();
        var bytes = reader.ReadBytes(reader.ReadInt32());
        var message = Akka.Serialization.Serialization.WithTransport(system, () => system.Serialization.Deserialize(bytes, id, manifest));
        if (selected) ActorSelection.DeliverSelection(recipient, sender, new ActorSelectionMessage(message, elements, fansOut));
        else recipient.Tell(message, sender);
    }

    private void Watch(string watched, IInternalActorRef watcher)
    {
        var actor = Resolve(watched);
        if (actor is not EmptyLocalActorRef) actor.SendSystemMessage(new Watch(actor, watcher));
        // It has ended already. Named as it was asked for, with its number, so that the watcher knows whom it means.
        else watcher.SendSystemMessage(new DeathWatchNotification(new RemoteActorRef(provider, ActorPath.Parse(watched)), false, false));
    }

    private IInternalActorRef Resolve(string path) => (IInternalActorRef)provider.ResolveActorRef(path);
}

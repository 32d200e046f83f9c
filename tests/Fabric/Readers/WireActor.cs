using System.Collections.Concurrent;
using Akka.Actor;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Messages;

namespace CameraFabric.Fabric.Tests.Readers;

/// <summary>
/// Stands for an actor on another node: what it is told goes through the serializer, and what may not leave a node is a fault. When the
/// other one ends, so does it; and the test can let messages get lost.
/// </summary>
internal sealed class WireActor : UntypedActor
{
    private readonly IActorRef _target;
    private readonly Wire _wire;
    private readonly FabricSerializer _serializer;
    private IActorRef? _back;

    public WireActor(IActorRef target, IActorRef? back, Wire wire)
    {
        _target = Context.Watch(target);
        _back = back;
        _wire = wire;
        _serializer = new FabricSerializer((ExtendedActorSystem)Context.System);
    }

    /// <summary>An actor that stands for the home; whoever tells it is stood for by another.</summary>
    public static IActorRef Between(IActorRefFactory factory, IActorRef reader, IActorRef home, Wire wire)
    {
        var toHome = factory.ActorOf(Props.Create(() => new WireActor(home, null, wire)));
        var toReader = factory.ActorOf(Props.Create(() => new WireActor(reader, toHome, wire)));
        toHome.Tell(new Back(toReader));
        return toHome;
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Back back:
                _back = back.Ref;
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            case IFabricMessage crossing:
                if (crossing is AttachReader attach) _wire.Attachments[Sender] = attach.Attachment;
                if (_wire.Loses(crossing)) break;
                if (crossing is OpenLink link) _wire.Links[Sender] = link.Link;
                _target.Tell(_serializer.FromBinary(_serializer.ToBinary(crossing), _serializer.Manifest(crossing)), _back);
                break;
            case OpenCarrier open:
                // Of a home beside the reader.
                _wire.Links[Sender] = open.Link;
                if (!_wire.LosesCarriers) _target.Tell(message, _back);
                break;
            default:
                _wire.Faults.Enqueue(message.GetType().Name);
                break;
        }
    }

    private sealed record Back(IActorRef Ref);
}

/// <summary>What the test knows of the way between two nodes.</summary>
internal sealed class Wire
{
    private Predicate<IFabricMessage>? _loss;

    /// <summary>Messages that may not leave a node.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Readers' numbers for their newest links.</summary>
    public ConcurrentDictionary<IActorRef, ulong> Links { get; } = new();

    /// <summary>Readers' numbers for their newest attempts to attach.</summary>
    public ConcurrentDictionary<IActorRef, ulong> Attachments { get; } = new();

    /// <summary>Whether readers ask for frames in vain.</summary>
    public volatile bool LosesCarriers;

    /// <summary>Which messages get lost from now on; null for none.</summary>
    public void Lose(Predicate<IFabricMessage>? loss) => Volatile.Write(ref _loss, loss);

    public bool Loses(IFabricMessage message) => Volatile.Read(ref _loss)?.Invoke(message) ?? false;
}

using Akka.Actor;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Links;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Readers;

/// <summary>The reader's end of one link: runs its receiver, and lives as long as that does.</summary>
internal sealed class ReaderLinkActor : UntypedActor
{
    private readonly LinkReceiver _receiver;

    /// <summary>A link that does not connect yet.</summary>
    public ReaderLinkActor(ReaderLinkTask task)
    {
        var settings = task.Settings;
        _receiver = new LinkReceiver(
            task.Offer, settings.Camera.Id, settings.Node, settings.Machine, task.Pools, task.Sink, settings.Links, task.Sink.Ends!,
            settings.Clock, settings.Time, task.Logger);
    }

    /// <summary>How to make one.</summary>
    public static Props Props(ReaderLinkTask task) => Akka.Actor.Props.Create(() => new ReaderLinkActor(task));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _receiver.Ended.PipeTo(Self, Self, static _ => EndLink.Message, static _ => EndLink.Message);
        _receiver.Start();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is EndLink) Context.Stop(Self);
        else Unhandled(message);
    }

    /// <inheritdoc/>
    protected override void PostStop() => _receiver.Stop();
}

/// <summary>What the reader's end of a link has to know.</summary>
/// <param name="Settings">What the reader knows.</param>
/// <param name="Offer">Where to connect.</param>
/// <param name="Pools">Where frames are put.</param>
/// <param name="Sink">Who gets them.</param>
/// <param name="Logger">Where its life is told.</param>
internal sealed record ReaderLinkTask(ReaderSettings Settings, LinkOffer Offer, PoolShelf Pools, FrameCarrier Sink, ILogger Logger);

/// <summary>A reader to its end of a link: end it. Also: it has ended.</summary>
internal sealed class EndLink
{
    /// <summary>The one message.</summary>
    public static EndLink Message { get; } = new();
}

using Akka.Actor;

namespace CameraFabric.Fabric.Readers;

/// <summary>
/// A camera as the sessions of one node see it, wherever it is at home: speaks to them what <c>CameraActor</c> speaks.
/// </summary>
internal sealed partial class CameraReaderActor(ReaderSettings settings) : UntypedActor
{
    /// <summary>How to make one.</summary>
    public static Props Props(ReaderSettings settings) => Akka.Actor.Props.Create(() => new CameraReaderActor(settings));

    /// <inheritdoc/>
    protected override void OnReceive(object message) => Unhandled(settings);
}

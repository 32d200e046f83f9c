using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Readers;

namespace CameraFabric.Fabric.Nodes;

/// <summary>A node of a cluster: its guests see cameras through readers, but for those that can be at home nowhere else.</summary>
internal sealed partial class FabricActor
{
    private readonly IActorRef? _readers;
    private ImmutableDictionary<string, IActorRef> _direct = ImmutableDictionary<string, IActorRef>.Empty;
    private ImmutableArray<string> _seenHere = [];
    private ImmutableDictionary<string, IActorRef>? _located;

    private IActorRef StartReaders(NodeSeat seat, HomeNode home, ImmutableDictionary<string, CameraMeter> meters)
    {
        var settings = _rig.Cameras.ToImmutableDictionary(static camera => camera.Id, camera => new ReaderSettings(
            camera, seat.Node.Name, seat.Node.Machine, meters[camera.Id], _rig.Options, home.Links, _clock, TimeProvider.System, seat.Fence,
            new EpochLoggers(_loggers, () => meters[camera.Id].Epoch)));
        var readers = Context.ActorOf(ReadersActor.Props(settings), "readers");
        _placement!.Tell(new WatchPlacement(_cameras));
        _placement.Tell(new WatchPlacement(readers));
        var pinned = PinnedHere().ToHashSet(StringComparer.Ordinal);
        _seenHere = [.. Seen().Where(pinned.Contains)];
        readers.Tell(new LocateReaders([.. Seen().Except(_seenHere)]));
        return readers;
    }

    // A camera that is pinned to this very node cannot move away from under its guests here.
    private IEnumerable<string> PinnedHere() =>
        _rig.Cameras.Where(camera => _rig.IsJoinedDirectly(camera, _seat!.Node.Name)).Select(static camera => camera.Id);

    private IEnumerable<string> Seen() => _rig.Guests.SelectMany(static guest => guest.Cameras).Select(static view => view.Camera).Distinct();

    private void StartGuestsWhenLocated()
    {
        if (_guests is not null || _located is not { } located || !_seenHere.All(_direct.ContainsKey)) return;
        StartGuests(_direct.SetItems(located));
    }
}

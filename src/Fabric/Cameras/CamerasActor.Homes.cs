using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Cameras;

/// <summary>In a cluster: cameras come and go as the placement says.</summary>
internal sealed partial class CamerasActor
{
    private readonly ILookup<string, string> _readers;
    private readonly Dictionary<string, uint> _wanted = [];
    private readonly Dictionary<string, (uint Epoch, IActorRef Home, bool Stops)> _homes = [];

    private void Place(PlacementChanged changed)
    {
        var started = false;
        foreach (var camera in _rig.Cameras)
        {
            var assignment = changed.Table.Of(camera.Id);
            var isHere = _stopper is null && assignment is { Releasing: false } && assignment.IsHome(changed.Self);
            if (isHere) _wanted[camera.Id] = assignment!.Epoch;
            else _wanted.Remove(camera.Id);
            started |= Reconcile(camera);
        }

        // Once, however many: each telling names them all.
        if (started) TellHomes();
    }

    /// <summary>Starts or stops a camera, as is wanted.</summary>
    /// <returns>Whether it was started.</returns>
    private bool Reconcile(CameraRig camera)
    {
        var isWanted = _wanted.TryGetValue(camera.Id, out var epoch);
        if (_homes.TryGetValue(camera.Id, out var home))
        {
            if (home.Stops || (isWanted && home.Epoch == epoch)) return false;
            _homes[camera.Id] = home with { Stops = true };
            home.Home.Tell(Cameras.StopCamera.Message);
            return false;
        }

        if (!isWanted) return false;
        var seat = new HomeSeat(_node!.Name, epoch, _node.Fence, _node.Listener, _node.Links)
        {
            HeldSlots = _node.Listener is null ? 0 : LinkSlots.Of(_readers[camera.Id].Count(node => node != _node.Name), _node.Links),
        };
        var meter = _meters[camera.Id];
        meter.Epoch = epoch;
        var loggers = new EpochLoggers(_loggers, () => epoch);
        var memory = new CameraMemory(camera, meter, _rig.Options, _clock, loggers, seat) { IsOneOfMany = _count > Many };
        var started = Context.Watch(Context.ActorOf(CameraActor.Props(camera, memory, meter, _rig.Options, _clock, loggers), camera.Id));
        _homes[camera.Id] = (epoch, started, false);
        _running.Add(camera.Id);
        return true;
    }

    private void TellHomes() =>
        Context.Parent.Tell(new CamerasLocated(_homes.ToImmutableDictionary(static pair => pair.Key, static pair => pair.Value.Home)));

    private void Released(string camera)
    {
        if (_node is not null && _homes.TryGetValue(camera, out var home)) _node.Placement.Tell(new HomeReleased(camera, home.Epoch));
    }

    // Its name is free now: the same camera can be at home here again.
    private void Gone(IActorRef who)
    {
        if (!_homes.Remove(who.Path.Name)) return;
        if (_byId.TryGetValue(who.Path.Name, out var camera) && Reconcile(camera)) TellHomes();
    }
}

/// <summary>What a node's cameras have to know of it in a cluster.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Fence">Its right to deliver frames.</param>
/// <param name="Listener">Takes the links of other nodes.</param>
/// <param name="Links">Limits of links.</param>
/// <param name="Placement">Is told of cameras that have stopped.</param>
internal sealed record HomeNode(string Name, NodeFence Fence, LinkListener? Listener, LinkOptions Links, IActorRef Placement);

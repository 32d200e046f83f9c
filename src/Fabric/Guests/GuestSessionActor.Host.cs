using System.Collections.Immutable;
using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.Media.Sessions;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Fabric.Messages;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Guests;

/// <summary>What the session asks of the camera. Called by the session, within this actor's turn.</summary>
internal sealed partial class GuestSessionActor
{
    // An empty set comes again and again with its request's object; so many of them are at most there.
    private const int PlainSetsKept = 256;

    void ICameraSessionHost.Configure(ulong ticket, StreamConfiguration wanted) =>
        _settings.Camera.Tell(new ConfigureCamera(ticket, _entry.Id, wanted));

    void ICameraSessionHost.Start(ulong ticket, ImmutableArray<ControlEntry> initial) =>
        _settings.Camera.Tell(new StartStream(ticket, _entry.Id, _generation, initial));

    void ICameraSessionHost.Stop(ulong ticket) => _settings.Camera.Tell(new StopStream(ticket, _entry.Id));

    void ICameraSessionHost.SetGlobalControls(ulong ticket, ImmutableArray<ControlEntry> controls) =>
        _settings.Camera.Tell(new SetGlobalControls(ticket, _entry.Id, controls));

    void ICameraSessionHost.AcquireOwner(ulong ticket, bool force) => _settings.Camera.Tell(new AcquireOwner(ticket, _entry.Id, force));

    void ICameraSessionHost.ReleaseOwner(ulong ticket) => _settings.Camera.Tell(new ReleaseOwner(ticket, _entry.Id));

    void ICameraSessionHost.Arm(FrameRequest request)
    {
        request.Owner = _entry;
        _fanOut.Tell(request);
    }

    // After Arm, always: the fan-out has the request in its mailbox before the sensor can bind a frame to the set.
    void ICameraSessionHost.SubmitControls(ControlSet set)
    {
        if (!set.Controls.IsDefaultOrEmpty)
        {
            _sensor.Tell(new SubmitControls(set));
            return;
        }

        if (!_plainSets.TryGetValue(set.Id, out var submit) || submit.Set != set)
        {
            if (_plainSets.Count == PlainSetsKept) _plainSets.Clear();
            _plainSets[set.Id] = submit = new SubmitControls(set);
        }

        _sensor.Tell(submit);
    }

    void ICameraSessionHost.CancelControls(ulong setId) => _sensor.Tell(new CancelControls(setId));

    bool IMediaSessionHost.CanShareMemory => _seat.Backend?.CanShareMemory ?? false;

    void IMediaSessionHost.Map(ulong ticket, FileDescriptor file, long offset, long length)
    {
        var self = Self;
        try
        {
            _seat.Backend!.MapShared(new SharedMapping(MediaWire.MmapRegion, offset, 0, length, IsWritable: true), file,
                outcome => self.Tell(new SharedMemoryAnswered(ticket, true, outcome == SharedMemoryOutcome.Done), ActorRefs.NoSender));
        }
        catch (LinuxException)
        {
            // No descriptor is left. The session is told in a turn of its own, as ever.
            self.Tell(new SharedMemoryAnswered(ticket, true, false), ActorRefs.NoSender);
        }
    }

    void IMediaSessionHost.Unmap(ulong ticket, long offset, long length)
    {
        var self = Self;
        _seat.Backend?.UnmapShared(new SharedMapping(MediaWire.MmapRegion, offset, 0, length, IsWritable: true),
            outcome => self.Tell(new SharedMemoryAnswered(ticket, false, outcome == SharedMemoryOutcome.Done), ActorRefs.NoSender));
    }

    void ICameraSessionHost.ConfigChanged() => _seat.Backend?.NotifyConfigChange();

    private void Tell(SharedMemoryAnswered answered)
    {
        if (_session is not MediaSession media) return;
        if (answered.IsMap) media.OnMapped(answered.Ticket, answered.IsDone);
        else media.OnUnmapped(answered.Ticket, answered.IsDone);
    }

    void ICameraSessionHost.Violation(string reason) => Context.Parent.Tell(new GuestViolated(reason));
}

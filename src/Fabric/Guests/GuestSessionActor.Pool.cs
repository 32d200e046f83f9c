using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Guests;

/// <summary>
/// Frames in place: the camera's pool in the guest's shared memory region. One mapping for the whole pool, because a virtual machine has few
/// places for them.
/// </summary>
internal sealed partial class GuestSessionActor
{
    private SharedMapping? _mapping;

    // What the front-end was asked for and has not answered; who is told is the last that wanted it.
    private (ulong Ticket, int Pool)? _asking;

    // Another pool, which is wanted since, in the same place.
    private PoolLent? _next;

    void ICameraSessionHost.MapPool(ulong ticket, int frameBytes)
    {
        if (_seat.Backend is not { CanShareMemory: true } || (_seat.Features & CameraWire.SharedMemoryFeature) == 0)
        {
            Self.Tell(new PoolShared(ticket, CameraStatus.Unsupported, null, default));
            return;
        }

        var deadline = _settings.Clock.Now + _settings.Options.CommandTimeout.Ticks * TimeSpan.NanosecondsPerTick;
        _sensor.Tell(new LendPool(ticket, frameBytes, Self, deadline));
    }

    // Whether the front-end does it is not waited for: what it still shows the guest is no longer written for this guest, and goes away with
    // the last that uses it.
    void ICameraSessionHost.UnmapPool()
    {
        if (_mapping is not { } mapping) return;
        _mapping = null;
        _seat.Backend?.UnmapShared(mapping, static _ => { });
    }

    private void Lent(PoolLent lent)
    {
        var pool = lent.Pool;
        if (pool is not { IsSealed: true } || pool.File.Size > _settings.Face.SharedMemoryBytes[CameraWire.SharedMemoryRegion] || _seat.Backend is not { } backend)
        {
            // No memory, a kernel that cannot seal it, or a pool larger than what the guest has room for.
            _session.OnPoolMapped(lent.Ticket, CameraStatus.NoMemory, null);
            return;
        }

        if (_asking is { } asking)
        {
            // The front-end takes longer than the guest waited. Asked twice, it would refuse the second, which is in the way of the first.
            if (asking.Pool == pool.Id) (_asking, _next) = (asking with { Ticket = lent.Ticket }, null);
            else _next = lent;
            return;
        }

        var mapping = new SharedMapping(CameraWire.SharedMemoryRegion, 0, 0, pool.File.Size, IsWritable: false);
        var shared = new SharedPool(pool.Id, mapping.Offset, mapping.Length, pool.SlotBytes, pool.Slots, FrameHeader.PixelOffset);
        var self = Self;
        try
        {
            backend.MapShared(mapping, pool.File.Descriptor, outcome => self.Tell(
                outcome switch
                {
                    SharedMemoryOutcome.Done => new PoolShared(null, CameraStatus.Ok, shared, mapping),
                    SharedMemoryOutcome.Failed when backend.CanShareMemory => new PoolShared(null, CameraStatus.Timeout, null, mapping),
                    _ => new PoolShared(null, CameraStatus.Unsupported, null, mapping),
                },
                ActorRefs.NoSender));
            _asking = (lent.Ticket, pool.Id);
        }
        catch (Exception exception) when (exception is LinuxException or ObjectDisposedException)
        {
            // The camera has another pool by now, or no descriptor is left.
            _session.OnPoolMapped(lent.Ticket, CameraStatus.NoMemory, null);
        }
    }

    private void Shared(PoolShared shared)
    {
        if (shared.Pool is not null) _mapping = shared.Mapping;
        if (shared.Ticket is { } unasked)
        {
            _session.OnPoolMapped(unasked, shared.Status, shared.Pool);
            return;
        }

        var (ticket, next) = (_asking!.Value.Ticket, _next);
        (_asking, _next) = (null, null);
        _session.OnPoolMapped(ticket, shared.Status, shared.Pool);
        if (next is not null) Lent(next);
    }

    // Frames come from another pool than the guest has mapped, e.g. since its sensor hung: it begins anew.
    private void LookAtPool()
    {
        if (_session.HasOutdatedPool) _session.OnSource(SourceEvent.Changed, profile: _profile);
    }

    /// <summary>The front-end has mapped the pool, or will not.</summary>
    /// <param name="Ticket">The ask's ticket, if the front-end was not even asked; null: whoever wants the answer now.</param>
    /// <param name="Status">What the guest is told.</param>
    /// <param name="Pool">What is mapped; null if nothing is.</param>
    /// <param name="Mapping">Where.</param>
    private sealed record PoolShared(ulong? Ticket, CameraStatus Status, SharedPool? Pool, SharedMapping Mapping);
}

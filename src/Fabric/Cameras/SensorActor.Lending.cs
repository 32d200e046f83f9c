using Akka.Actor;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Cameras;

/// <summary>Lends the camera's pool to sessions whose guests map it. Never takes it away from a capture that runs.</summary>
internal sealed partial class SensorActor
{
    private readonly List<LendPool> _borrowers = [];

    private void Lend(LendPool lend)
    {
        _borrowers.Add(lend);
        Lend();
    }

    // Made while nothing else is done here, so that it is the very pool that the next capture finds.
    private void Lend()
    {
        var now = _clock.Now;
        _borrowers.RemoveAll(lend => lend.Deadline <= now || (_memory.Pools.Current(lend.FrameBytes) is { } pool && Tell(lend, pool)));
        if (_borrowers.Count == 0 || _isBusy || _run is not null) return;
        _isBusy = true;
        var (incarnation, frameBytes) = (_incarnation, _borrowers[0].FrameBytes);
        Task.Run(() => _memory.Pools.For(frameBytes)).PipeTo(Self, Self, pool => new PoolMade(incarnation, frameBytes, pool),
            _ => new PoolMade(incarnation, frameBytes, null));
    }

    private void Made(PoolMade made)
    {
        _isBusy = false;
        foreach (var lend in _borrowers)
        {
            if (lend.FrameBytes == made.FrameBytes) Tell(lend, made.Pool);
        }

        _borrowers.RemoveAll(lend => lend.FrameBytes == made.FrameBytes);
        Reconcile();
    }

    private bool Tell(LendPool lend, FramePool? pool)
    {
        lend.Borrower.Tell(new PoolLent(lend.Ticket, pool), Self);
        return true;
    }

    private sealed record PoolMade(int Incarnation, int FrameBytes, FramePool? Pool);
}

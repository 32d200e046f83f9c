using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// A camera's frame pools: the one in use, and those that a reconfiguration has retired and that somebody still reads from. A retired
/// pool's
/// memory goes with its last lease. Thread-safe.
/// </summary>
/// <param name="camera">The camera's id, for the pools' names.</param>
/// <param name="slots">Slots of each pool.</param>
/// <param name="isLent">Whether guests map it: then it is sealed against their writing.</param>
internal sealed class PoolShelf(string camera, int slots, bool isLent)
{
    private readonly Lock _lock = new();
    private readonly List<FramePool> _retired = [];
    private FramePool? _current;

    /// <summary>Free slots and slots of the pool in use.</summary>
    public (int Free, int Slots) Room
    {
        get
        {
            lock (_lock) return _current is { } pool ? (pool.Free, pool.Slots) : (0, 0);
        }
    }

    /// <summary>Slots that somebody holds, of all pools.</summary>
    public int InUse
    {
        get
        {
            lock (_lock)
            {
                Sweep();
                return _retired.Sum(UsedOf) + (_current is { } pool ? UsedOf(pool) : 0);
            }
        }
    }

    /// <summary>A pool for frames of this size: the one in use, or a new one. Makes memory: not for actors.</summary>
    /// <param name="frameBytes">Bytes of a frame.</param>
    public FramePool For(int frameBytes)
    {
        lock (_lock)
        {
            Sweep();
            if (_current is { } pool && pool.FrameBytes == frameBytes) return pool;
            RetireCurrent();
            return _current = new FramePool(camera, frameBytes, slots, isLent);
        }
    }

    /// <summary>The pool in use, if it is one for frames of this size.</summary>
    /// <param name="frameBytes">Bytes of a frame.</param>
    public FramePool? Current(int frameBytes)
    {
        lock (_lock) return _current is { } pool && pool.FrameBytes == frameBytes ? pool : null;
    }

    /// <summary>No more frames are written to the pool in use.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            RetireCurrent();
            Sweep();
        }
    }

    private void RetireCurrent()
    {
        if (_current is null) return;
        _current.Dispose();
        _retired.Add(_current);
        _current = null;
    }

    private void Sweep() => _retired.RemoveAll(static pool => UsedOf(pool) == 0);

    private static int UsedOf(FramePool pool) => pool.Slots - pool.Free;
}

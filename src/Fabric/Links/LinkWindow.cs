using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Links;

/// <summary>What a reader has been sent and has not given back: no more than the window. Not thread-safe; allocates nothing.</summary>
/// <param name="frames">Frames that may be out.</param>
internal sealed class LinkWindow(int frames)
{
    private readonly (Frame? Frame, FrameHandle Handle)[] _lent = new (Frame?, FrameHandle)[frames];
    private int _lentCount;
    private int _inline;

    /// <summary>Frames that may be sent now.</summary>
    public int Credit => frames - _lentCount - _inline;

    /// <summary>A shared frame is out; its lease is kept here.</summary>
    public void Lend(Frame frame, in FrameHandle handle)
    {
        var free = 0;
        while (_lent[free].Frame is not null) free++;
        _lent[free] = (frame, handle);
        _lentCount++;
    }

    /// <summary>A frame's pixels are on their way.</summary>
    public void CountInline() => _inline++;

    /// <summary>Pixels have arrived; false if so many were not on their way.</summary>
    public bool TryCredit(uint count)
    {
        if (count == 0 || count > _inline) return false;
        _inline -= (int)count;
        return true;
    }

    /// <summary>A shared frame is back: its lease ends. False if it is not out.</summary>
    public bool TryReturn(in LinkRelease release)
    {
        for (var i = 0; i < _lent.Length; i++)
        {
            var (frame, handle) = _lent[i];
            if (frame is null || (uint)handle.Pool != release.Pool || (uint)handle.Slot != release.Slot || handle.Generation != release.Generation)
            {
                continue;
            }

            _lent[i] = default;
            _lentCount--;
            frame.Return();
            return true;
        }

        return false;
    }

    /// <summary>The reader is gone: every lease ends.</summary>
    public void ReturnAll()
    {
        for (var i = 0; i < _lent.Length; i++)
        {
            _lent[i].Frame?.Return();
            _lent[i] = default;
        }

        _lentCount = 0;
    }
}

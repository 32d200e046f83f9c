using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Guest.Program;

/// <content>What a guest of a virtio-media device counts: buffers for requests, gaps in sequence numbers for drops.</content>
internal sealed partial class GuestTally
{
    private readonly SortedDictionary<string, long> _mediaEvents = new(StringComparer.Ordinal);

    /// <summary>Streaming begins: numbers count from 0 again.</summary>
    public void Begin(StreamConfiguration stream, FrameLayout? layout)
    {
        _stream = stream.ToString();
        _period = stream.Interval.Nanoseconds;
        _clockOffset = 0;
        _gapOpen = false;
        _frames.BeginSpan();
        Verifier.Begin(layout);
    }

    /// <summary>Counts a buffer with a frame.</summary>
    /// <param name="sequence">The frame's number within its stream.</param>
    /// <param name="bytes">Bytes used.</param>
    /// <param name="seen">When it was taken, nanoseconds.</param>
    /// <param name="time">The buffer's timestamp, nanoseconds.</param>
    /// <returns>False if its number does not follow.</returns>
    public bool MediaFrame(uint sequence, long bytes, long seen, long time)
    {
        _ended++;
        _statuses[(int)CameraStatus.Ok]++;
        var last = _frames.Last;
        var dropped = !_gapOpen ? sequence : sequence > last ? sequence - (uint)last - 1 : 0;
        if (!_frames.TryBook(sequence, dropped, out _))
        {
            Failures.Add($"frame {sequence} after frame {last}: numbers must go up");
            return false;
        }

        Pace(seen);
        if (IsSettled(seen)) _latency.Record(seen - time);
        _bytes += bytes;
        return true;
    }

    /// <summary>Counts a buffer that came back with V4L2_BUF_FLAG_ERROR.</summary>
    public void MediaFailed() => End(CameraStatus.FrameLost);

    /// <summary>Counts a buffer that came back with STREAMOFF.</summary>
    public void MediaCancelled() => End(CameraStatus.Cancelled);

    /// <summary>Counts a V4L2 event.</summary>
    public void MediaEvent(V4l2EventType type) => _mediaEvents[type.ToString()] = _mediaEvents.GetValueOrDefault(type.ToString()) + 1;

    private void End(CameraStatus status)
    {
        _ended++;
        _statuses[(int)status]++;
    }
}

using CameraFabric.Device.Media.Wire;

namespace CameraFabric.Guest.Media;

/// <content>Buffers: REQBUFS to DQBUF. DQBUF itself is no command: buffers come as events.</content>
public sealed partial class MediaSession
{
    /// <summary>REQBUFS.</summary>
    public int RequestBuffers(ref V4l2RequestBuffers request)
    {
        var status = Ioctl(MediaIoctl.RequestBuffers, ref request);
        if (status != 0) return status;
        if (!IsPossible(request.Count, "REQBUFS")) return (int)MediaStatus.Io;
        lock (_gate) _queue.Allocate((int)request.Count);
        return 0;
    }

    /// <summary>REQBUFS of a capture queue.</summary>
    public int RequestBuffers(int count, V4l2Memory memory, out int granted)
    {
        var request = new V4l2RequestBuffers { Count = (uint)count, Type = V4l2BufferType.VideoCapture, Memory = memory };
        var status = RequestBuffers(ref request);
        granted = (int)request.Count;
        return status;
    }

    /// <summary>CREATE_BUFS.</summary>
    public int CreateBuffers(ref V4l2CreateBuffers create)
    {
        var status = Ioctl(MediaIoctl.CreateBuffers, ref create);
        if (status != 0 || create.Count == 0) return status;
        if (!IsPossible((ulong)create.Index + create.Count, "CREATE_BUFS")) return (int)MediaStatus.Io;
        lock (_gate) _queue.Grow((int)(create.Index + create.Count));
        return 0;
    }

    /// <summary>QUERYBUF.</summary>
    public int QueryBuffer(ref V4l2Buffer buffer) => BufferIoctl(MediaIoctl.QueryBuffer, ref buffer, []);

    /// <summary>QBUF.</summary>
    /// <param name="buffer">The buffer; on return as the device has it.</param>
    /// <param name="pages">The pages of a user buffer; none for a buffer of the device.</param>
    public int QueueBuffer(ref V4l2Buffer buffer, params ReadOnlySpan<MediaSgEntry> pages)
    {
        bool isQueued;
        lock (_gate) isQueued = _queue.Queue(buffer.Index);
        var (index, status) = (buffer.Index, (int)MediaStatus.Io);
        try
        {
            return status = BufferIoctl(MediaIoctl.QueueBuffer, ref buffer, pages);
        }
        finally
        {
            if (status != 0 && isQueued)
            {
                lock (_gate) _queue.Refuse(index);
            }
        }
    }

    /// <summary>PREPARE_BUF.</summary>
    public int PrepareBuffer(ref V4l2Buffer buffer, params ReadOnlySpan<MediaSgEntry> pages) =>
        BufferIoctl(MediaIoctl.PrepareBuffer, ref buffer, pages);

    /// <summary>QBUF of a user buffer.</summary>
    public int QueueBuffer(int index, UserBuffer memory)
    {
        var buffer = memory.Describe(index);
        return QueueBuffer(ref buffer, memory.Pages);
    }

    /// <summary>QBUF of a buffer of the device.</summary>
    public int QueueBuffer(int index)
    {
        var buffer = new V4l2Buffer { Index = (uint)index, Type = V4l2BufferType.VideoCapture, Memory = V4l2Memory.Mmap };
        return QueueBuffer(ref buffer);
    }

    /// <summary>STREAMON.</summary>
    public int StreamOn()
    {
        var status = Write(MediaIoctl.StreamOn, (uint)V4l2BufferType.VideoCapture);
        if (status != 0) return status;
        lock (_gate) _queue.IsStreaming = true;
        return 0;
    }

    /// <summary>STREAMOFF. When it returns every buffer is the application's again, and none may come any more.</summary>
    public int StreamOff()
    {
        var status = Write(MediaIoctl.StreamOff, (uint)V4l2BufferType.VideoCapture);
        if (status != 0) return status;
        lock (_gate) _queue.Clear();
        return 0;
    }

    /// <summary>DQBUF without waiting.</summary>
    public bool TryDequeue(out V4l2Buffer buffer)
    {
        lock (_gate) return _queue.TryTake(out buffer);
    }

    /// <summary>DQBUF; false when no buffer came in time, or the session or its connection has ended.</summary>
    public bool TryDequeue(TimeSpan timeout, out V4l2Buffer buffer)
    {
        var until = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (!TryDequeue(out buffer))
        {
            if (!WaitUntil(until)) return TryDequeue(out buffer);
        }

        return true;
    }

    internal void Returned(in MediaDequeueEvent told)
    {
        string? wrong;
        lock (_gate)
        {
            wrong = told.Buffer.Type == V4l2BufferType.VideoCapture
                ? _queue.Return(told.Buffer)
                : $"a buffer of type {told.Buffer.Type}, of which there are none";
        }

        if (wrong is not null) _driver.Violated($"session {Id}: DQBUF of {wrong}");
    }

    // What a device says is not believed: a Linux driver has room for so many buffers.
    private bool IsPossible(ulong count, string answer)
    {
        if (count <= MediaWire.MaximumBuffers) return true;
        _driver.Violated($"session {Id}: {answer} gave {count} buffers; at most {MediaWire.MaximumBuffers} are possible");
        return false;
    }

    private int BufferIoctl(MediaIoctl code, ref V4l2Buffer buffer, ReadOnlySpan<MediaSgEntry> pages) =>
        _driver.Ioctl(Id, code, IoctlDirection.ReadWrite, BytesOf(ref buffer), 0, pages);
}

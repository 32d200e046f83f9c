using CameraFabric.Device.Media.Wire;

namespace CameraFabric.Guest.Media;

/// <summary>
/// What a Linux guest's driver keeps of a session's capture queue. It adds a returned buffer to a list without looking whether it is there
/// already, and counts down without looking whether anything is left: here both are looked at.
/// </summary>
internal sealed class MediaQueue
{
    private readonly Queue<V4l2Buffer> _pending = [];
    private State[] _buffers = [];

    private enum State
    {
        /// <summary>With the application.</summary>
        Idle,

        /// <summary>With the device.</summary>
        Queued,

        /// <summary>Returned, and not yet taken by the application.</summary>
        Pending,
    }

    public bool IsStreaming { get; set; }

    /// <summary>Buffers with the device.</summary>
    public int Queued => _buffers.Count(static state => state == State.Queued);

    /// <summary>How many buffers there are.</summary>
    public int Allocated => _buffers.Length;

    /// <summary>REQBUFS was answered.</summary>
    public void Allocate(int count)
    {
        _pending.Clear();
        _buffers = new State[count];
        if (count == 0) IsStreaming = false;
    }

    /// <summary>CREATE_BUFS was answered.</summary>
    public void Grow(int count) => Array.Resize(ref _buffers, Math.Max(count, _buffers.Length));

    /// <summary>QBUF is about to be sent: the buffer may come back before the answer does.</summary>
    /// <returns>What to give <see cref="Refuse"/>.</returns>
    public bool Queue(uint index)
    {
        if (index >= (uint)_buffers.Length || _buffers[index] != State.Idle) return false;
        _buffers[index] = State.Queued;
        return true;
    }

    /// <summary>QBUF was refused.</summary>
    public void Refuse(uint index)
    {
        if (index < (uint)_buffers.Length && _buffers[index] == State.Queued) _buffers[index] = State.Idle;
    }

    /// <summary>STREAMOFF was answered: every buffer is the application's again.</summary>
    public void Clear()
    {
        _pending.Clear();
        Array.Clear(_buffers);
        IsStreaming = false;
    }

    /// <summary>A DQBUF event.</summary>
    /// <returns>What is wrong with it; null if nothing.</returns>
    public string? Return(in V4l2Buffer buffer)
    {
        if (buffer.Index >= (uint)_buffers.Length) return $"buffer {buffer.Index} of {_buffers.Length}";
        switch (_buffers[buffer.Index])
        {
            case State.Pending: return $"buffer {buffer.Index} twice for one QBUF: it corrupts a Linux driver's list";
            case State.Idle: return $"buffer {buffer.Index}, which is not with the device: it came after STREAMOFF, or was never queued";
        }

        _buffers[buffer.Index] = State.Pending;
        _pending.Enqueue(buffer);
        return null;
    }

    /// <summary>DQBUF of the application.</summary>
    public bool TryTake(out V4l2Buffer buffer)
    {
        if (!_pending.TryDequeue(out buffer)) return false;
        _buffers[buffer.Index] = State.Idle;
        return true;
    }
}

using CameraFabric.Device.GuestMemory;

namespace CameraFabric.Device.Virtqueues;

/// <summary>
/// What the driver made available in one piece: buffers to read, then buffers to write. One object per ring head, reused: it belongs
/// to whoever popped it, until it is given to <see cref="Virtqueue.Complete"/>. Its addresses and lengths were copied and checked
/// when it was popped; what is in the buffers can still change at any time, so read once and judge the copy. One thread at a time.
/// </summary>
public sealed class DescriptorChain
{
    // Readable pieces first, then writable ones. Grows to the longest chain seen under this head and is kept.
    private GuestRange[] _pieces = new GuestRange[4];
    private int _readable;
    private int _count;
    private MemoryTable? _memory;

    internal DescriptorChain(Virtqueue queue, ushort head)
    {
        Queue = queue;
        Head = head;
    }

    /// <summary>The chain's first descriptor: what the used ring will say. Unique among the chains held of a queue.</summary>
    public ushort Head { get; }

    /// <summary>The queue it came from.</summary>
    public Virtqueue Queue { get; }

    /// <summary>
    /// Whether an earlier life of the device had taken this chain and never given it back (see <see cref="Virtqueue.InFlightAtStart"/>):
    /// its buffers to write may be half written.
    /// </summary>
    public bool WasInFlight { get; private set; }

    /// <summary>Bytes to read, all buffers together.</summary>
    public int ReadableBytes { get; private set; }

    /// <summary>Bytes that may be written, all buffers together.</summary>
    public int WritableBytes { get; private set; }

    /// <summary>
    /// The guest's memory as it was when the chain was popped; it stays mapped until the chain is completed or the queue stopped. Addresses
    /// that the guest wrote into the chain are to be looked up here: also after a stop, which another thread may make at any time, for
    /// whoever then wants to touch what was found is refused by <see cref="Virtqueue.TryBeginWrite"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The chain was never held.</exception>
    public MemoryTable Memory => _memory ?? throw new InvalidOperationException($"chain {Head} of queue {Queue.Index} was never held");

    /// <summary>Whatever the holder wants to remember with the chain; forgotten on completion.</summary>
    public object? Tag { get; set; }

    /// <summary>
    /// The buffers to read, in order. Touch them only between <see cref="Virtqueue.TryBeginWrite"/> and <see cref="Virtqueue.EndWrite"/>.
    /// </summary>
    public ReadOnlySpan<GuestRange> Readable => _pieces.AsSpan(0, _readable);

    /// <summary>
    /// The buffers to write, in order. Touch them only between <see cref="Virtqueue.TryBeginWrite"/> and <see cref="Virtqueue.EndWrite"/>.
    /// </summary>
    public ReadOnlySpan<GuestRange> Writable => _pieces.AsSpan(_readable, _count - _readable);

    /// <summary>Whether it is popped and not completed; guarded by the queue's lock.</summary>
    internal bool IsHeld { get; private set; }

    /// <summary>How many pieces it has.</summary>
    internal int Pieces => _count;

    /// <summary>Its place in the order in which the driver made chains available, modulo 2^16.</summary>
    internal ushort Position { get; private set; }

    /// <summary>Copies from the readable bytes.</summary>
    /// <param name="offset">How many to skip.</param>
    /// <param name="target">Where to copy to.</param>
    /// <returns>How many were copied: fewer than asked if the chain has no more, 0 if the queue was stopped.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public int Read(int offset, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (!Queue.TryBeginWrite()) return 0;
        try
        {
            var copied = 0;
            foreach (ref readonly var piece in Readable)
            {
                if (copied == target.Length) break;
                if (offset >= piece.Length)
                {
                    offset -= piece.Length;
                    continue;
                }

                var length = Math.Min(piece.Length - offset, target.Length - copied);
                piece.Memory.Read(piece.Offset + offset, length).CopyTo(target[copied..]);
                copied += length;
                offset = 0;
            }

            return copied;
        }
        finally
        {
            Queue.EndWrite();
        }
    }

    /// <summary>Copies into the writable bytes. The driver sees them when the chain is completed.</summary>
    /// <param name="offset">How many to skip.</param>
    /// <param name="source">What to copy.</param>
    /// <returns>How many were copied: fewer than given if the chain has no more room, 0 if the queue was stopped.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public int Write(int offset, ReadOnlySpan<byte> source)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (!Queue.TryBeginWrite()) return 0;
        try
        {
            var copied = 0;
            foreach (ref readonly var piece in Writable)
            {
                if (copied == source.Length) break;
                if (offset >= piece.Length)
                {
                    offset -= piece.Length;
                    continue;
                }

                var length = Math.Min(piece.Length - offset, source.Length - copied);
                source.Slice(copied, length).CopyTo(piece.Memory.Write(piece.Offset + offset, length));
                copied += length;
                offset = 0;
            }

            return copied;
        }
        finally
        {
            Queue.EndWrite();
        }
    }

    internal void Begin(bool wasInFlight)
    {
        WasInFlight = wasInFlight;
        _readable = _count = 0;
        ReadableBytes = WritableBytes = 0;
        Tag = null;
    }

    internal void Add(in GuestRange piece, bool isWritable)
    {
        if (_count == _pieces.Length) Array.Resize(ref _pieces, _pieces.Length * 2);
        _pieces[_count++] = piece;
        if (isWritable)
        {
            WritableBytes += piece.Length;
        }
        else
        {
            _readable = _count;
            ReadableBytes += piece.Length;
        }
    }

    internal void Hold(MemoryTable memory, ushort position)
    {
        _memory = memory;
        Position = position;
        IsHeld = true;
    }

    /// <summary>Ends the hold, and the hold on the memory with it. Which memory it was stays known until the next hold.</summary>
    internal void Release()
    {
        if (!IsHeld) return;
        IsHeld = false;
        Tag = null;
        _memory!.Leave();
    }
}

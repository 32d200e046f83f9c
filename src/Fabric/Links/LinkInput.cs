using System.Runtime.InteropServices;

namespace CameraFabric.Fabric.Links;

/// <summary>Cuts what a carrier brings into messages. Not thread-safe; allocates nothing after it was made.</summary>
/// <param name="carrier">Where bytes come from.</param>
internal sealed class LinkInput(LinkCarrier carrier)
{
    // Behind the longest message a whole TLS record finds room, so that nothing stays where the socket does not tell of it.
    private const int Capacity = LinkHead.Bytes + LinkWire.MaximumBody + (18 << 10);
    private readonly byte[] _buffer = new byte[Capacity];
    private int _start;
    private int _end;

    /// <summary>Bytes that have come and belong to no message that was taken.</summary>
    public int Left => _end - _start;

    /// <summary>Receives what is there, or waits for it.</summary>
    /// <returns>How many bytes; 0 at the end of the stream.</returns>
    public int Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var count = carrier.Receive(_buffer.AsSpan(_end));
        _end += count;
        return count;
    }

    /// <summary>Takes the next message, if it is there whole.</summary>
    /// <param name="type">What it is.</param>
    /// <param name="body">Its body; valid until <see cref="Fill"/>.</param>
    /// <exception cref="LinkException">It cannot be one.</exception>
    public bool TryTake(out LinkMessage type, out ReadOnlySpan<byte> body)
    {
        type = default;
        body = default;
        if (Left < LinkHead.Bytes) return false;
        var head = MemoryMarshal.Read<LinkHead>(_buffer.AsSpan(_start));
        if (head.Length > LinkWire.MaximumBody || head.Reserved != 0)
        {
            throw new LinkException($"what came is no message of a link (type {(int)head.Type}, {head.Length} bytes; at most {LinkWire.MaximumBody} are possible)");
        }

        if (Left < LinkHead.Bytes + (int)head.Length) return false;
        type = head.Type;
        body = _buffer.AsSpan(_start + LinkHead.Bytes, (int)head.Length);
        _start += LinkHead.Bytes + (int)head.Length;
        return true;
    }

    /// <summary>Receives exactly the bytes that come next, those that are here already first.</summary>
    /// <exception cref="LinkException">The stream ends before.</exception>
    public void ReadExactly(Span<byte> target)
    {
        var here = Math.Min(target.Length, Left);
        _buffer.AsSpan(_start, here).CopyTo(target);
        _start += here;
        for (var done = here; done < target.Length;)
        {
            var count = carrier.Receive(target[done..]);
            if (count == 0) throw new LinkException($"the connection ended in the middle of a frame, after {done} of {target.Length} bytes");
            done += count;
        }
    }

    /// <summary>Receives exactly so many bytes and forgets them.</summary>
    /// <exception cref="LinkException">The stream ends before.</exception>
    public void Skip(long bytes)
    {
        var here = (int)Math.Min(bytes, Left);
        _start += here;
        for (var rest = bytes - here; rest > 0;)
        {
            // Nothing is left in the buffer here: all of it can be used.
            _start = _end = 0;
            var count = carrier.Receive(_buffer.AsSpan(0, (int)Math.Min(rest, Capacity)));
            if (count == 0) throw new LinkException($"the connection ended in the middle of a frame, {rest} bytes before its end");
            rest -= count;
        }
    }
}

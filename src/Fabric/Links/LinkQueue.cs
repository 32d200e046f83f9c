using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Messages;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Links;

/// <summary>What waits at a sender: a frame, or a note.</summary>
/// <param name="Type">Which of them.</param>
/// <param name="Frame">The frame, with a lease.</param>
/// <param name="Note">What was missed.</param>
/// <param name="Lost">The set that was lost.</param>
internal readonly record struct LinkItem(LinkMessage Type, Frame? Frame, LinkMissed Note, ControlSetLost? Lost);

/// <summary>
/// What waits to be sent, in order. Bounded: another frame takes the place of the oldest, which becomes a note; notes are joined where that
/// loses nothing, and never dropped. Thread-safe; allocates nothing.
/// </summary>
/// <param name="frames">Frames that may wait.</param>
/// <param name="notes">Notes that may wait.</param>
/// <param name="meter">Where frames are counted.</param>
internal sealed class LinkQueue(int frames, int notes, LinkMeter meter)
{
    private readonly Lock _gate = new();
    private readonly LinkItem[] _ring = new LinkItem[frames + notes];
    private int _head;
    private int _count;
    private int _frames;
    private bool _isClosed;

    /// <summary>More notes came than may wait: what is told from now on is incomplete, and the link has to end.</summary>
    public bool HasOverflowed { get; private set; }

    /// <summary>A frame has come; a lease is taken for as long as it waits.</summary>
    public void Add(Frame frame)
    {
        meter.CountOffered();
        Frame? dropped = null;
        lock (_gate)
        {
            if (_isClosed || HasOverflowed)
            {
                meter.Dropped.Add((int)FrameDropReason.LinkDown);
                return;
            }

            if (_frames == frames) dropped = DropOldest(FrameDropReason.LinkBusy);
            frame.Lease();
            _frames++;
            Append(new LinkItem(LinkMessage.Frame, frame, default, null));
        }

        dropped?.Return();
    }

    /// <summary>Frames are missed.</summary>
    public void Add(in LinkMissed note)
    {
        lock (_gate)
        {
            if (_isClosed || HasOverflowed) return;
            if (_count > 0 && TryJoin(_count - 1, note)) return;
            Append(new LinkItem(LinkMessage.Missed, null, note, null));
        }
    }

    /// <summary>A set is lost.</summary>
    public void Add(ControlSetLost lost)
    {
        lock (_gate)
        {
            if (!_isClosed && !HasOverflowed) Append(new LinkItem(LinkMessage.ControlSetLost, null, default, lost));
        }
    }

    /// <summary>The source is lost.</summary>
    public void AddSourceLost()
    {
        lock (_gate)
        {
            if (!_isClosed && !HasOverflowed) Append(new LinkItem(LinkMessage.SourceLost, null, default, null));
        }
    }

    /// <summary>Takes what is to be sent next.</summary>
    /// <param name="credit">Whether the reader takes a frame now.</param>
    /// <param name="item">What; a frame comes with its lease.</param>
    public bool TryTake(bool credit, out LinkItem item)
    {
        lock (_gate)
        {
            item = default;
            if (_count == 0 || (_ring[_head].Frame is not null && !credit)) return false;
            item = _ring[_head];
            _ring[_head] = default;
            _head = (_head + 1) % _ring.Length;
            _count--;
            if (item.Frame is not null) _frames--;
            return true;
        }
    }

    /// <summary>Turns every frame that waits into a note.</summary>
    public void DropFrames(FrameDropReason reason)
    {
        while (true)
        {
            Frame dropped;
            lock (_gate)
            {
                if (_frames == 0) return;
                dropped = DropOldest(reason);
            }

            dropped.Return();
        }
    }

    /// <summary>Takes nothing more; what waits stays.</summary>
    public void Refuse()
    {
        lock (_gate) _isClosed = true;
    }

    /// <summary>Takes nothing more; what still waits is dropped.</summary>
    public void Close()
    {
        Refuse();
        DropFrames(FrameDropReason.LinkDown);
        lock (_gate)
        {
            Array.Clear(_ring);
            _count = 0;
        }
    }

    private ref LinkItem At(int position) => ref _ring[(_head + position) % _ring.Length];

    private void Append(in LinkItem item)
    {
        // Room for every frame is kept; it is notes that can be too many.
        if (item.Frame is null && _count - _frames >= notes)
        {
            HasOverflowed = true;
            return;
        }

        At(_count++) = item;
    }

    private Frame DropOldest(FrameDropReason reason)
    {
        var position = 0;
        while (At(position).Frame is null) position++;
        var frame = At(position).Frame!;
        _frames--;
        meter.Dropped.Add((int)reason);
        ref readonly var header = ref frame.Header;
        var note = new LinkMissed(header.Sequence, header.ControlSet, (uint)reason, 1);
        HasOverflowed |= _count - _frames > notes;
        if ((position > 0 && TryJoin(position - 1, note)) || HasOverflowed) RemoveAt(position);
        else At(position) = new LinkItem(LinkMessage.Missed, null, note, null);
        return frame;
    }

    // A set that a frame was exposed for is told with that frame's number, so it can only be the last of those that are told together.
    private bool TryJoin(int position, in LinkMissed note)
    {
        ref var before = ref At(position);
        if (before.Type != LinkMessage.Missed || before.Note.Reason != note.Reason || before.Note.ControlSet != 0
            || before.Note.Count > int.MaxValue - note.Count)
        {
            return false;
        }

        before = before with { Note = note with { Count = before.Note.Count + note.Count } };
        return true;
    }

    private void RemoveAt(int position)
    {
        for (var i = position; i < _count - 1; i++) At(i) = At(i + 1);
        At(--_count) = default;
    }
}

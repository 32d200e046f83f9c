namespace CameraFabric.Guest.Program;

/// <summary>
/// Keeps the books of frame numbers: every frame of the camera between the first and the last that a guest received is either delivered or
/// told as dropped.
/// </summary>
/// <remarks>
/// Not thread-safe, allocates nothing. Frames that pass while there is no connection belong to no book: each connection opens a new span.
/// </remarks>
internal sealed class FrameAccount
{
    private bool _open;

    /// <summary>Frames delivered.</summary>
    public long Delivered { get; private set; }

    /// <summary>Frames that results said were dropped between two delivered frames.</summary>
    public long Told { get; private set; }

    /// <summary>Frame numbers covered, over all spans: last - first + 1 each.</summary>
    public long Span { get; private set; }

    /// <summary>Results that said they followed on dropped frames, before the first frame of a span.</summary>
    public long ToldBeforeFirst { get; private set; }

    /// <summary>Number of the first frame of all; 0 when there was none.</summary>
    public ulong First { get; private set; }

    /// <summary>Number of the last frame so far.</summary>
    public ulong Last { get; private set; }

    /// <summary>Whether <see cref="Span"/> = <see cref="Delivered"/> + <see cref="Told"/>.</summary>
    public bool Balanced => Span == Delivered + Told;

    /// <summary>The connection is a new one: the next frame begins a span.</summary>
    public void BeginSpan() => _open = false;

    /// <summary>Books a delivered frame.</summary>
    /// <param name="frame">Its number.</param>
    /// <param name="droppedBefore">Frames dropped since the one delivered before, as the result tells.</param>
    /// <param name="gap">Frames that are missing between the one before and this one; 0 for the first of a span.</param>
    /// <returns>False when the number does not follow: not larger than the last one. Such a frame is not booked.</returns>
    public bool TryBook(ulong frame, uint droppedBefore, out ulong gap)
    {
        gap = 0;
        if (!_open)
        {
            _open = true;
            if (Delivered == 0) First = frame;
            Span++;
            ToldBeforeFirst += droppedBefore;
        }
        else
        {
            if (frame <= Last) return false;
            gap = frame - Last - 1;
            Span += (long)Math.Min(gap, long.MaxValue / 2) + 1;
            Told += droppedBefore;
        }

        Delivered++;
        Last = frame;
        return true;
    }
}

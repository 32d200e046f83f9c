using CameraFabric.Sensors.Capture;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors;

/// <summary>A sensor's view of the frame that it is making. One object, reused from frame to frame; it allocates nothing.</summary>
public sealed class FrameCapture
{
    private readonly ControlSchedule _schedule;
    private readonly ControlEntry[] _writes;
    private readonly FrameMonitor? _monitor;
    private FrameSlot? _slot;
    private int _applied;
    private long _renumbering;

    /// <summary>Makes one for a stream. <see cref="Begin"/> comes before each frame.</summary>
    public FrameCapture(FrameLayout layout, ControlSchedule schedule)
        : this(layout, schedule, monitor: null)
    {
    }

    internal FrameCapture(FrameLayout layout, ControlSchedule schedule, FrameMonitor? monitor)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(schedule);
        Layout = layout;
        _schedule = schedule;
        _writes = new ControlEntry[schedule.MaximumWrites];
        _monitor = monitor;
    }

    /// <summary>Format, size and planes.</summary>
    public FrameLayout Layout { get; }

    /// <summary>Room for the frame: <see cref="FrameLayout.TotalBytes"/> bytes, with whatever was there before.</summary>
    public Span<byte> Pixels => Slot.Pixels[..Layout.TotalBytes];

    /// <summary>True when the sensor has latched; then <see cref="Sequence"/> and <see cref="ControlSet"/> are known.</summary>
    public bool IsLatched { get; private set; }

    /// <summary>True when the sensor has said that the frame is complete.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The frame's number.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>The control set that this frame is exposed for; 0 = none.</summary>
    public ulong ControlSet { get; private set; }

    /// <summary>The number that the sensor gave the frame; <see cref="Sequence"/>, unless a fault was scripted.</summary>
    internal ulong Claimed { get; private set; }

    /// <summary>What is wrong with the frame's number; null when nothing is, or nobody looks.</summary>
    internal FrameFault? Fault { get; private set; }

    /// <summary>The frame's header, for scripted faults.</summary>
    internal ref FrameHeader Header => ref Slot.Header;

    private FrameSlot Slot => _slot
        ?? throw new InvalidOperationException("There is no frame to write: it was handed on when Capture returned.");

    /// <summary>The slot for the next frame. For whoever drives a sensor, not for the sensor.</summary>
    public void Begin(FrameSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        if (slot.Pixels.Length < Layout.TotalBytes)
            throw new ArgumentException($"The slot has {slot.Pixels.Length} bytes; {Layout} needs {Layout.TotalBytes}.", nameof(slot));
        _slot = slot;
        _applied = 0;
        IsLatched = false;
        IsComplete = false;
        Sequence = 0;
        ControlSet = 0;
        _renumbering = 0;
        Fault = null;
    }

    /// <summary>Changes the number that the sensor will give the frame, for scripted faults.</summary>
    internal void Renumber(long by) => _renumbering = by;

    /// <summary>Ends the sensor's access. For whoever drives a sensor, not for the sensor.</summary>
    public void End() => _slot = null;

    /// <summary>The edge of the frame, exactly once a frame: what to write into registers now.</summary>
    /// <param name="sequence">The frame's number; larger than the one before. A jump says that the sensor lost frames. A capture loop
    /// drops a frame whose number is impossible.</param>
    /// <returns>The writes, in no particular order; valid until the next latch.</returns>
    /// <exception cref="InvalidOperationException">It was latched already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Outside a capture loop: the number is not larger than the one before.</exception>
    public ReadOnlySpan<ControlEntry> Latch(ulong sequence)
    {
        _ = Slot;
        if (IsLatched)
            throw new InvalidOperationException($"Frame {Sequence} was latched already; each frame is latched once.");
        Claimed = sequence;
        if (_renumbering != 0) sequence = (ulong)Math.Max(0, (long)sequence + _renumbering);
        Fault = _monitor?.Number(sequence);
        var set = 0UL;
        var count = Fault is null ? _schedule.Latch(sequence, _writes, out set) : 0;
        IsLatched = true;
        Sequence = sequence;
        ControlSet = set;
        return _writes.AsSpan(0, count);
    }

    /// <summary>Reports the value that this frame was really exposed with.</summary>
    /// <exception cref="InvalidOperationException">There are more than <see cref="FrameHeader.MaximumApplied"/>.</exception>
    public void Applied(uint id, in ControlValue value)
    {
        if (_applied == FrameHeader.MaximumApplied)
            throw new InvalidOperationException($"A frame reports at most {FrameHeader.MaximumApplied} controls.");
        Slot.Applied[_applied++] = new ControlEntry(id, (uint)ControlResultFlags.Applied, value);
    }

    /// <summary>The pixels are there.</summary>
    /// <param name="startOfExposure">When the first row began to collect light, nanoseconds of the clock.</param>
    /// <param name="bytesUsed">Bytes that count: all of the layout's, or fewer for compressed formats.</param>
    /// <param name="flags">What to say of the frame as a whole.</param>
    /// <exception cref="InvalidOperationException">The frame was not latched, or was complete already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">More bytes than the layout has.</exception>
    public void Complete(long startOfExposure, int bytesUsed, FrameFlags flags = FrameFlags.None)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesUsed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytesUsed, Layout.TotalBytes);
        if (!IsLatched || IsComplete)
            throw new InvalidOperationException(IsComplete
                ? $"Frame {Sequence} was complete already."
                : "A frame is latched before it is complete.");
        ref var header = ref Slot.Header;
        header.Sequence = Sequence;
        header.ControlSet = ControlSet;
        header.StartOfExposure = startOfExposure;
        header.BytesUsed = (uint)bytesUsed;
        header.Flags = (uint)flags;
        header.FourCC = Layout.Format.FourCC.Value;
        header.Width = (uint)Layout.Width;
        header.Height = (uint)Layout.Height;
        header.AppliedCount = (uint)_applied;
        IsComplete = true;
    }
}

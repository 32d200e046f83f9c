using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Capture;

/// <summary>
/// Looks at each frame of one run of a sensor and says what is wrong with it: its number, its time, its size, and whether the picture still
/// moves.
/// Some faulty frames may come; a sensor that brings nothing else has failed. Allocates nothing. Capture thread only.
/// </summary>
internal sealed class FrameMonitor
{
    /// <summary>So many faulty frames, one after the other, and the sensor has failed.</summary>
    public const int MostFaultyInARow = 8;

    /// <summary>Numbers that a sensor may always leave out at once; more need time that has passed.</summary>
    public const ulong MostNumbersLeftOut = 1000;

    /// <summary>
    /// Numbers that a run's first frame may leave out: a sensor that goes on counting where it once was, not one that leaves no numbers for
    /// the sensors after it.
    /// </summary>
    public const ulong MostNumbersBeforeFirst = 1UL << 48;

    // Where the whole picture is not read for its checksum, one cache line in sixteen is.
    private const int SampleBytes = 64, SampleStep = 1024;

    private readonly FrameClock _clock;
    private readonly FrameLayout _layout;
    private readonly long _period;
    private readonly int _frozenAfter;
    private ulong _next;
    private long _lastEdge;
    private bool _hasEdge;
    private long _lastExposure;
    private int _faultyInARow;
    private uint _sample;
    private uint _checksum;
    private bool _hasChecksum;
    private int _equal;

    /// <summary>A monitor for one run.</summary>
    /// <param name="clock">The sensor's clock.</param>
    /// <param name="configuration">What the sensor was configured for.</param>
    /// <param name="layout">That configuration's layout.</param>
    /// <param name="next">The smallest number that the first frame may have.</param>
    /// <param name="frozenAfter">Frames that equal the one before, from which on the picture counts as frozen; 0 = never.</param>
    public FrameMonitor(FrameClock clock, StreamConfiguration configuration, FrameLayout layout, ulong next, int frozenAfter)
    {
        _clock = clock;
        _layout = layout;
        _period = Math.Max(1, configuration.Interval.Nanoseconds);
        _next = next;
        _frozenAfter = frozenAfter;
    }

    /// <summary>The edge of a frame.</summary>
    /// <param name="sequence">The number that the sensor gives it.</param>
    /// <returns>What is wrong with the number; then the frame does not count, and the next one is expected where this one was.</returns>
    public FrameFault? Number(ulong sequence)
    {
        if (sequence < _next) return sequence + 1 == _next ? FrameFault.Repeated : FrameFault.Backward;
        var now = _clock.Now;

        // A machine that slept leaves out more numbers than any fault would, and its clock says so.
        var reach = _hasEdge ? Math.Max(MostNumbersLeftOut, (ulong)(2 * ((now - _lastEdge) / _period))) : MostNumbersBeforeFirst;
        if (sequence - _next > reach || sequence > long.MaxValue) return FrameFault.Leapt;
        _next = sequence + 1;
        _lastEdge = now;
        _hasEdge = true;
        return null;
    }

    /// <summary>A frame is complete.</summary>
    /// <param name="header">What the sensor said of it.</param>
    public FrameFault? Content(in FrameHeader header)
    {
        var exposure = header.StartOfExposure;
        if (exposure <= 0 || exposure > _clock.Now + _period || exposure < _lastExposure) return FrameFault.Mistimed;
        _lastExposure = exposure;
        var least = _layout.Format.Arrangement == PixelArrangement.Compressed ? 1 : _layout.TotalBytes;
        return header.BytesUsed < least ? FrameFault.Short : null;
    }

    /// <summary>Whether the picture has been the same for so long that it counts as frozen.</summary>
    /// <param name="header">Of the frame, with its checksum if it has one.</param>
    /// <param name="pixels">The bytes that count.</param>
    public bool IsFrozen(in FrameHeader header, ReadOnlySpan<byte> pixels)
    {
        if (_frozenAfter == 0) return false;
        _equal = EqualsLast(header, pixels) ? _equal + 1 : 0;
        return _equal >= _frozenAfter;
    }

    /// <summary>A frozen picture was handed on.</summary>
    /// <exception cref="FrameFaultException">It has been frozen for twice as long: showing it further helps nobody.</exception>
    public void BearFrozen()
    {
        if (_equal >= 2L * _frozenAfter)
            throw new FrameFaultException(FrameFault.Frozen, $"the picture is frozen: {_equal} frames equal the one before");
    }

    /// <summary>A frame was as it should be.</summary>
    public void Accept() => _faultyInARow = 0;

    /// <summary>A frame was not.</summary>
    /// <exception cref="FrameFaultException">It was one too many.</exception>
    public void Refuse(FrameFault fault, ulong sequence)
    {
        if (++_faultyInARow >= MostFaultyInARow)
            throw new FrameFaultException(fault, $"{_faultyInARow} faulty frames in a row, the last one is {sequence}: {Describe(fault)}");
    }

    private static string Describe(FrameFault fault) => fault switch
    {
        FrameFault.Repeated => "its number has come before",
        FrameFault.Backward => "numbers go backwards",
        FrameFault.Leapt => "numbers leap ahead",
        FrameFault.Mistimed => "its start of exposure is impossible",
        FrameFault.Short => "bytes are missing",
        _ => "the picture is frozen",
    };

    // The whole picture is read only where the sample leaves a doubt, unless its checksum is there anyway.
    private bool EqualsLast(in FrameHeader header, ReadOnlySpan<byte> pixels)
    {
        var hasChecksum = (header.Flags & (uint)FrameFlags.Checksummed) != 0;
        if (!hasChecksum)
        {
            var before = _sample;
            _sample = Sample(pixels);
            if (_sample != before)
            {
                _hasChecksum = false;
                return false;
            }
        }

        var (last, hadLast) = (_checksum, _hasChecksum);
        _checksum = hasChecksum ? header.Checksum : Crc32C.Compute(pixels);
        _hasChecksum = true;
        return hadLast && _checksum == last;
    }

    private static uint Sample(ReadOnlySpan<byte> pixels)
    {
        var sum = 0u;
        for (var at = 0; at < pixels.Length; at += SampleStep)
            sum = Crc32C.Compute(pixels.Slice(at, Math.Min(SampleBytes, pixels.Length - at)), sum);
        return sum;
    }
}

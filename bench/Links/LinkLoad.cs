using System.Diagnostics;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Links;

/// <summary>Frames that nobody paints, a few at a time on their way to a sink that only looks at the time.</summary>
internal sealed class LinkLoad : ILinkSink, IDisposable
{
    // Fewer than a link's window, so that none is dropped; enough that neither end waits for the other.
    private const int OnTheirWay = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly StreamConfiguration _stream;
    private readonly SemaphoreSlim _room = new(OnTheirWay);
    private readonly List<double> _latencies = new(1 << 16);
    private ulong _sequence;

    public LinkLoad(StreamConfiguration stream)
    {
        _stream = stream;
        Pool = new FramePool("bench", stream.Layout().TotalBytes, OnTheirWay + 3, isSealed: true);
    }

    public FramePool Pool { get; }

    /// <summary>Offers frames for a while.</summary>
    /// <param name="offer">Where; takes its own lease.</param>
    /// <param name="window">How long.</param>
    /// <param name="period">Nanoseconds from frame to frame; 0: as fast as they are taken.</param>
    /// <returns>Frames a second, and the microseconds from complete to received, sorted.</returns>
    public (double Rate, double[] Microseconds) Run(Action<Frame> offer, TimeSpan window, long period)
    {
        lock (_latencies) _latencies.Clear();
        var began = Stopwatch.GetTimestamp();
        var next = FrameClock.System.Now;
        while (Stopwatch.GetElapsedTime(began) < window)
        {
            if (period > 0) FrameClock.System.WaitUntil(next += period, CancellationToken.None);
            Take();
            var frame = Make();
            offer(frame);
            frame.Return();
        }

        for (var i = 0; i < OnTheirWay; i++) Take();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        _room.Release(OnTheirWay);
        lock (_latencies) return (_latencies.Count / seconds, [.. _latencies.Order()]);
    }

    public void Received(Frame frame)
    {
        var now = FrameClock.System.Now;
        lock (_latencies) _latencies.Add((now - frame.Header.Complete) / 1e3);
        frame.Return();
        _room.Release();
    }

    public void Missed(ulong sequence, ulong controlSet, FrameDropReason reason, int count) => _room.Release(count);

    public void ControlSetLost(ControlSetLost lost)
    {
    }

    public void SourceLost()
    {
    }

    public void Ended(LinkEnd end)
    {
    }

    public void Dispose()
    {
        Pool.Dispose();
        _room.Dispose();
    }

    private void Take()
    {
        if (!_room.Wait(Patience)) throw new InvalidOperationException("a frame did not arrive");
    }

    private Frame Make()
    {
        // A shared slot comes back a moment after its frame was received.
        FrameSlot? slot;
        while ((slot = Pool.TryRent()) is null) Thread.Yield();
        ref var header = ref slot.Header;
        header.Sequence = ++_sequence;
        header.FourCC = _stream.Format.Value;
        (header.Width, header.Height) = ((uint)_stream.Width, (uint)_stream.Height);
        header.BytesUsed = (uint)Pool.FrameBytes;
        header.Complete = FrameClock.System.Now;
        return slot.Publish();
    }
}

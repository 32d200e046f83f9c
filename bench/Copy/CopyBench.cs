using System.Diagnostics;
using CameraFabric.Device.Delivery;
using CameraFabric.Fabric.Delivery;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Bench.Copy;

/// <summary>
/// Delivered bytes per second of the fabric's delivery thread, with real requests, rings and results over guest memory, beside plain
/// memcpy of each frame for each guest. Sources walk through a pool larger than the caches, as live frames do; both write into the same
/// guest buffers.
/// Floor and fabric take turns, so that a noisy machine is noisy for both.
/// </summary>
internal sealed class CopyBench : IDisposable
{
    public const int Rounds = 7;
    private const int PoolBytes = 256 << 20;
    private const int Ahead = 2; // frames on their way: the delivery thread never waits for the bench
    private readonly StreamConfiguration _stream;
    private readonly int _bytes;
    private readonly FramePool _pool;
    private readonly Completions _completions = new();
    private readonly CopyGuest[] _guests;
    private readonly Dictionary<FanOutSession, CopyGuest> _guestOf;
    private readonly DeliveryQueue _queue = new(2 * Ahead);
    private readonly DeliveryLoop _loop;
    private ulong _sequence;

    private CopyBench(StreamConfiguration stream, int guests)
    {
        _stream = stream;
        _bytes = stream.Layout().TotalBytes;
        _pool = new FramePool("bench", _bytes, PoolBytes / _bytes);
        _guests = [.. Enumerable.Range(1, guests).Select(id => new CopyGuest((ulong)id, stream, _completions))];
        _guestOf = _guests.ToDictionary(static guest => guest.Entry);
        _loop = new DeliveryLoop("bench", _queue, FrameClock.System, new FabricOptions(), NullLogger.Instance, NodeFence.Always);
        _loop.Start();
    }

    public static CopyRow Measure(string name, StreamConfiguration stream, int guests, TimeSpan time)
    {
        using var bench = new CopyBench(stream, guests);
        return bench.Run(name, time / (2 * Rounds));
    }

    public void Dispose()
    {
        _loop.Stop(TimeSpan.FromSeconds(5));
        foreach (var guest in _guests) guest.Dispose();
        _pool.Dispose();
    }

    private CopyRow Run(string name, TimeSpan turn)
    {
        // Once without looking: pages are touched, code is compiled.
        Memcpy(turn / 2);
        Deliver(turn / 2);
        var floor = new double[Rounds];
        var fabric = new double[Rounds];
        var processor = new double[Rounds];
        var delivery = ThreadTime.Of("dlv-bench");
        for (var round = 0; round < Rounds; round++)
        {
            floor[round] = Memcpy(turn);
            var (sequence, before) = (_sequence, delivery.Nanoseconds);
            fabric[round] = Deliver(turn);
            processor[round] = (delivery.Nanoseconds - before) / 1e3 / (_sequence - sequence);
        }

        var ratio = floor.Zip(fabric, static (slow, fast) => fast / slow).ToArray();
        return new CopyRow(name, _guests.Length, Spread.Of(floor), Spread.Of(fabric), Spread.Of(ratio), Spread.Of(processor));
    }

    // One memcpy a guest, frame by frame: what there would be without the fabric's loop. Returns delivered GB/s.
    private double Memcpy(TimeSpan turn)
    {
        var copied = 0L;
        var started = Stopwatch.GetTimestamp();
        do
        {
            using var lease = Publish();
            var pixels = lease.Frame.Pixels;
            foreach (var guest in _guests) pixels.CopyTo(guest.Pixels((int)_sequence));
            copied += (long)_guests.Length * _bytes;
        }
        while (Stopwatch.GetElapsedTime(started) < turn);
        return copied / Stopwatch.GetElapsedTime(started).TotalSeconds / 1e9;
    }

    private double Deliver(TimeSpan turn)
    {
        var (sent, arrived) = (0L, 0L);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var isOver = Stopwatch.GetElapsedTime(started) >= turn;
            if (!isOver && sent - arrived <= (Ahead - 1) * _guests.Length)
            {
                Send();
                sent += _guests.Length;
                continue;
            }

            if (sent == arrived) break;
            var request = _completions.Take();
            _guestOf[(FanOutSession)request.Owner!].Completed(request);
            arrived++;
        }

        return arrived * (double)_bytes / Stopwatch.GetElapsedTime(started).TotalSeconds / 1e9;
    }

    private void Send()
    {
        using var lease = Publish();
        foreach (var guest in _guests)
        {
            FrameRequest request = guest.Claim();
            _ = lease.Frame.Lease();
            _queue.Deliver(lease.Frame, request, guest.Entry);
        }

        _queue.Commit();
    }

    // A frame that nobody has painted just now: its pixels are in memory, not in the cache.
    private FrameLease Publish()
    {
        var slot = _pool.TryRent() ?? throw new InvalidOperationException("no slot is free");
        ref var header = ref slot.Header;
        header.Sequence = ++_sequence;
        header.BytesUsed = (uint)_bytes;
        header.FourCC = _stream.Format.Value;
        header.Width = (uint)_stream.Width;
        header.Height = (uint)_stream.Height;
        header.Complete = FrameClock.System.Now;
        var frame = slot.Publish();
        var lease = frame.Lease();
        frame.Return();
        return lease;
    }
}

/// <summary>One row: how fast one frame reaches N guests that own their buffers. Ratios are of the same round.</summary>
internal sealed record CopyRow(
    string Frame, int Guests, Spread MemcpyGigabytes, Spread FabricGigabytes, Spread Ratio, Spread ProcessorMicroseconds);

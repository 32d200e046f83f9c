using System.Collections.Concurrent;
using System.Collections.Immutable;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>
/// A device that gives every chain back with what it read in it, on the connection's own thread. It can hold chains back, and notes all
/// that it was told.
/// </summary>
internal sealed class EchoDevice : IVhostUserDevice
{
    private readonly byte[] _config = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];
    private readonly ConcurrentDictionary<int, Virtqueue> _queues = new();
    private readonly List<string> _told = [];
    private readonly List<DescriptorChain> _held = [];

    public ulong Features => 0x5 | (1UL << 30); // only bits 0 to 23 may get through

    public int QueueCount { get; init; } = 3;

    public int MaximumQueueSize { get; init; } = 256;

    public int ConfigLength => _config.Length;

    /// <summary>Keeps chains instead of giving them back, until <see cref="QueueStopping"/>.</summary>
    public bool Holds { get; set; }

    /// <summary>Forgets held chains at the stop instead of giving them back.</summary>
    public bool Forgets { get; init; }

    /// <summary>Wants so many bytes to be kept.</summary>
    public int SavedStateBytes { get; init; }

    /// <summary>Its shared memory regions.</summary>
    public ImmutableArray<long> SharedMemoryBytes { get; init; } = [];

    /// <summary>The bytes that are kept.</summary>
    public SavedState? Saved { get; private set; }

    /// <summary>Called with what the device was told, on the connection's thread.</summary>
    public Action<string>? OnTold { get; set; }

    public ulong Negotiated { get; private set; }

    public IReadOnlyList<DescriptorChain> Held
    {
        get
        {
            lock (_told) return [.. _held];
        }
    }

    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_told) return [.. _told];
        }
    }

    public Virtqueue? Queue(int index) => _queues.GetValueOrDefault(index);

    public void ReadConfig(Span<byte> whole) => _config.CopyTo(whole);

    public bool TryWriteConfig(int offset, ReadOnlySpan<byte> data)
    {
        if (offset < 4) return false;
        data.CopyTo(_config.AsSpan(offset));
        return true;
    }

    public void FeaturesNegotiated(ulong features) => Negotiated = features;

    public void SavedStateAttached(SavedState state, bool isFresh)
    {
        Saved = state;
        Tell(isFresh ? "saved state, fresh" : "saved state");
    }

    public void QueueStarted(Virtqueue queue)
    {
        _queues[queue.Index] = queue;
        Tell($"started {queue.Index}");
    }

    public void QueueKicked(int index)
    {
        Tell($"kicked {index}");
        while (_queues[index].TryPop() is { } chain)
        {
            if (Holds)
            {
                lock (_told) _held.Add(chain);
            }
            else
            {
                Echo(chain);
            }
        }
    }

    public void QueueStopping(Virtqueue queue)
    {
        DescriptorChain[] mine;
        lock (_told)
        {
            mine = [.. _held.Where(c => c.Queue == queue)];
            _held.RemoveAll(c => c.Queue == queue);
        }

        if (!Forgets) foreach (var chain in mine) Echo(chain);
        _queues.TryRemove(queue.Index, out _);
        Tell($"stopping {queue.Index}");
    }

    public void Reset() => Tell("reset");

    public void Echo(DescriptorChain chain)
    {
        var bytes = new byte[Math.Min(chain.ReadableBytes, chain.WritableBytes)];
        chain.Read(0, bytes);
        chain.Write(0, bytes);
        chain.Queue.Complete(chain, bytes.Length);
    }

    private void Tell(string what)
    {
        lock (_told) _told.Add(what);
        OnTold?.Invoke(what);
    }
}

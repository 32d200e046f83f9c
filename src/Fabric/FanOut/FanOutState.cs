using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Delivery;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.FanOut;

/// <summary>
/// What outlives a restart of the fan-out's actor: who is joined, what is on its way, and the delivery thread. One actor at a time uses
/// it.
/// </summary>
internal sealed class FanOutState
{
    private readonly FrameClock _clock;
    private readonly FabricOptions _options;
    private readonly ILogger _logger;
    private readonly DeliveryQueue _queue;
    private DeliveryLoop? _loop;

    /// <summary>The state of a camera's fan-out, without a thread yet.</summary>
    public FanOutState(string camera, CameraMeter meter, FrameClock clock, FabricOptions options, ILogger logger, NodeFence? fence = null)
    {
        Fence = fence ?? NodeFence.Always;
        Camera = camera;
        _clock = clock;
        _options = options;
        _logger = logger;
        _queue = new DeliveryQueue(options.DeliveryQueueFrames);
        Meter = meter;
        Clock = clock;
        Table = new FanOutTable(meter, _queue);
        Applied = new AppliedWatch(options.ControlsChangedInterval.Ticks * TimeSpan.NanosecondsPerTick);
    }

    /// <summary>The camera's id.</summary>
    public string Camera { get; }

    /// <summary>Where frames are counted.</summary>
    public CameraMeter Meter { get; }

    /// <summary>The frame clock.</summary>
    public FrameClock Clock { get; }

    /// <summary>Who is joined and waits for what.</summary>
    public FanOutTable Table { get; }

    /// <summary>Notices other control values.</summary>
    public AppliedWatch Applied { get; }

    /// <summary>The node's right to deliver frames.</summary>
    public NodeFence Fence { get; }

    /// <summary>Who is told what the fan-out is told.</summary>
    public List<IFrameTap> Taps { get; } = [];

    /// <summary>Those who want to look at the next frame.</summary>
    public List<TakeFrame> Lookers { get; } = [];

    /// <summary>Whether nothing may go on its way any more.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Starts the delivery thread unless it runs. An idle camera has none.</summary>
    public void EnsureDelivery()
    {
        if (_loop is not null || IsDraining) return;
        _loop = new DeliveryLoop(Camera, _queue, _clock, _options, _logger, Fence);
        _loop.Start();
    }

    /// <summary>Lets what is on its way arrive, and ends the delivery thread.</summary>
    /// <returns>Whether it has ended in time.</returns>
    public Task<bool> DrainAsync()
    {
        IsDraining = true;

        // Without a thread nobody has ever joined, so nothing is on its way.
        if (_loop is not { } loop) return Task.FromResult(true);

        // Waiting for a thread to end does not take one from the pool.
        return Task.Factory.StartNew(() => loop.Stop(_options.SensorStopTimeout), CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
    }
}

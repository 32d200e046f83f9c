using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Delivery;

/// <summary>
/// One camera's delivery thread: carries out what the fan-out decided. It copies a frame into the buffers of all guests that get it,
/// completes their
/// requests in order and gives the leases back. It decides nothing, and allocates nothing for a frame.
/// </summary>
internal sealed partial class DeliveryLoop
{
    private readonly string _camera;
    private readonly DeliveryQueue _queue;
    private readonly FrameClock _clock;
    private readonly FabricOptions _options;
    private readonly ILogger _logger;
    private readonly NodeFence _fence;
    private readonly BlockCopy _copy = new();
    private readonly Thread _thread;
    private DeliveryItem[] _batch = new DeliveryItem[16];
    private bool[] _open = new bool[16];

    /// <summary>A thread that is not started yet.</summary>
    public DeliveryLoop(string camera, DeliveryQueue queue, FrameClock clock, FabricOptions options, ILogger logger, NodeFence fence)
    {
        _camera = camera;
        _queue = queue;
        _clock = clock;
        _options = options;
        _logger = logger;
        _fence = fence;
        _thread = new Thread(Run) { IsBackground = true };
    }

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Lets the thread carry out what is in the queue, and end. Blocks: not for actors.</summary>
    /// <param name="timeout">How long to wait for it.</param>
    /// <returns>Whether it has ended.</returns>
    public bool Stop(TimeSpan timeout)
    {
        _queue.Close();
        return _thread.Join(timeout);
    }

    private void Run()
    {
        ThreadTuning.NameCurrent($"dlv-{_camera}");
        if (_options.FrameThreadNice != 0 && !ThreadTuning.TrySetNice(_options.FrameThreadNice, out var error)) LogNice(_camera, error);
        int count;
        while ((count = _queue.Take(ref _batch)) > 0)
        {
            var frame = _batch[0].Frame;
            try
            {
                if (frame is null) Fail(_batch[0], _batch[0].Status, _batch[0].Sequence);
                else Deliver(frame, count);
            }
            catch (Exception exception)
            {
                // Nothing that a guest does leads here; but one guest's surprise must not end the delivery to all.
                LogFailed(_camera, exception);
            }

            if (frame is not null) _queue.Done();
            Array.Clear(_batch, 0, count);
        }
    }

    private void Deliver(Frame frame, int count)
    {
        ref readonly var header = ref frame.Header;
        var (sequence, complete) = (header.Sequence, header.Complete);
        var bytes = frame.Pixels.Length;
        if (_open.Length < count) _open = new bool[_batch.Length];
        _copy.Clear();
        FrameEvents.Log.Taken(_camera, (long)sequence);
        try
        {
            for (var i = 0; i < count; i++) _open[i] = Open(_batch[i], bytes, sequence);
            _copy.Run(frame.Pixels);
            var isIntact = frame.IsIntact;
            FrameEvents.Log.Copied(_camera, (long)sequence);
            for (var i = 0; i < count; i++)
            {
                if (!_open[i]) continue;
                _open[i] = false;
                if (!_fence.IsOpen(_clock.Now)) Withhold(_batch[i], sequence, FrameDropReason.Fenced);
                else if (!isIntact) Withhold(_batch[i], sequence, FrameDropReason.LinkDown);
                else Complete(_batch[i], frame, bytes, sequence, complete);
            }

            FrameEvents.Log.Used(_camera, (long)sequence);
        }
        finally
        {
            // Open ones are left only when the copy itself failed.
            for (var i = 0; i < count; i++)
            {
                if (_open[i]) Surrender(_batch[i], sequence);
                _open[i] = false;
                frame.Return();
            }
        }
    }

    private bool Open(in DeliveryItem item, int bytes, ulong sequence)
    {
        if (!item.Request.BeginWrite())
        {
            // The ring has stopped under it: the guest is going or gone, its memory is not to be touched.
            Fail(item, CameraStatus.Cancelled, sequence);
            item.Session.Drop(FrameDropReason.Cancelled, sequence);
            return false;
        }

        if (item.Request.KeepsFrame || _copy.TryAdd(item.Request, bytes)) return true;
        item.Request.EndWrite();
        Fail(item, CameraStatus.NoMemory, sequence);
        item.Session.Drop(FrameDropReason.DoesNotFit, sequence);
        return false;
    }

    private void Complete(in DeliveryItem item, Frame frame, int bytes, ulong sequence, long complete)
    {
        try
        {
            item.Request.Complete(frame);
            if (item.Request.GaveFrame)
            {
                item.Session.Meter.CountDelivered(bytes, _clock.Now - complete);
                CountControls(item, sequence);
            }
            else
            {
                // The guest's mapping has gone while the frame was on its way.
                item.Session.Drop(FrameDropReason.Cancelled, sequence);
                if (item.Request.ControlSet != 0) item.Session.Meter.ControlSets.Add((int)ControlSetOutcome.Lost);
            }
        }
        catch (Exception exception)
        {
            LogFailed(_camera, exception);
            item.Session.Drop(FrameDropReason.Failed, sequence);
        }

        item.Request.EndWrite();
        item.Session.Completed(item.Request);
    }

    // While the frame was copied the node has lost its right, or the frame's home has given this node up and written over the frame: the guest is
    // told of no frame.
    private static void Withhold(in DeliveryItem item, ulong sequence, FrameDropReason reason)
    {
        item.Request.EndWrite();
        if (item.Request.ControlSet != 0) item.Session.Meter.ControlSets.Add((int)ControlSetOutcome.Lost);
        Fail(item, CameraStatus.FrameLost, sequence);
        item.Session.Drop(reason, sequence);
    }

    private void Surrender(in DeliveryItem item, ulong sequence)
    {
        item.Request.EndWrite();
        Fail(item, CameraStatus.Internal, sequence);
        item.Session.Drop(FrameDropReason.Failed, sequence);
    }

    private static void CountControls(in DeliveryItem item, ulong sequence)
    {
        if (item.Request.ControlSet == 0) return;
        var late = item.Request.TargetFrame != 0 && sequence > item.Request.TargetFrame;
        item.Session.Meter.ControlSets.Add((int)(late ? ControlSetOutcome.Late : ControlSetOutcome.OnFrame));
    }

    private static void Fail(in DeliveryItem item, CameraStatus status, ulong sequence)
    {
        item.Request.Fail(status, sequence);
        item.Session.Completed(item.Request);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: delivery thread: {Error}")]
    private partial void LogNice(string camera, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "camera {Camera}: a frame could not be delivered")]
    private partial void LogFailed(string camera, Exception exception);
}

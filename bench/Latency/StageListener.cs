using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Platform;

namespace CameraFabric.Bench.Latency;

/// <summary>Takes a frame's way apart: listens to the node's own frame events, and times each against the frame's completion.</summary>
internal sealed class StageListener : EventListener
{
    private static readonly string[] Stages = ["", "fan-out told", "delivery awake", "copied", "used entries", "guest awake"];
    private readonly ConcurrentDictionary<(string Camera, long Frame, int Stage), long> _times = new();
    private readonly ConcurrentDictionary<(string Camera, long Frame), long> _completed = new();

    /// <summary>The guest's end of the way, which also knows when the frame was complete.</summary>
    public void Seen(string camera, CameraRequest request)
    {
        if (request.Status != CameraStatus.Ok) return;
        var frame = (camera, (long)request.Frame);
        _completed.TryAdd(frame, request.Done);
        _times.AddOrUpdate((camera, (long)request.Frame, 5), request.Seen, (_, before) => Math.Max(before, request.Seen));
    }

    /// <summary>Microseconds from complete to each stage, of all frames that came through.</summary>
    public IReadOnlyList<StageRow> ToRows() =>
    [
        .. Enumerable.Range(1, Stages.Length - 1).Select(stage =>
        {
            long[] taken = [.. _completed
                .Select(frame => _times.TryGetValue((frame.Key.Camera, frame.Key.Frame, stage), out var at) ? at - frame.Value : -1)
                .Where(static time => time >= 0).Order()];
            return taken.Length == 0 ? new StageRow(Stages[stage], 0, 0)
                : new StageRow(Stages[stage], LatencyFigures.At(taken, 0.5), LatencyFigures.At(taken, 0.99));
        }),
    ];

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "CameraFabric-Frames") EnableEvents(eventSource, EventLevel.LogAlways);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        var now = FrameClock.System.Now;
        if (eventData.Payload is [string camera, long frame]) _times[(camera, frame, eventData.EventId)] = now;
    }
}

/// <summary>Microseconds after a frame was complete in its slot.</summary>
internal sealed record StageRow(string Stage, double P50, double P99);

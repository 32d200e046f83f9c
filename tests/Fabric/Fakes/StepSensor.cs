using System.Collections.Concurrent;
using System.Diagnostics;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Tests.Fakes;

/// <summary>
/// Sensors that expose a frame, fail or hang when the test says so. One object for all sensors that a camera opens one after the other.
/// </summary>
internal sealed class StepSensors
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);
    private readonly BlockingCollection<Action<FrameCapture>> _steps = [];
    private int _opened;
    private int _disposed;
    private int _running;
    private int _configured;
    private int _exposed;
    private int _hanging;
    private long _another;

    public CameraProfile Profile { get; init; } = RequestBench.Profile;

    /// <summary>How many openings fail before one succeeds.</summary>
    public int RefuseToOpen { get; set; }

    /// <summary>Whether sensors fail once more when they are given back.</summary>
    public bool FailsToDispose { get; set; }

    public int Opened => Volatile.Read(ref _opened);

    public int Disposed => Volatile.Read(ref _disposed);

    public int Configured => Volatile.Read(ref _configured);

    public int Running => Volatile.Read(ref _running);

    /// <summary>Frames that the test has asked for.</summary>
    public int Exposed => Volatile.Read(ref _exposed);

    public ConcurrentQueue<string> Faults { get; } = new();

    public ISensor Open(SensorContext context)
    {
        Interlocked.Increment(ref _opened);
        if (RefuseToOpen > 0)
        {
            RefuseToOpen--;
            throw new IOException("there is no such sensor");
        }

        return new Sensor(this, context);
    }

    /// <summary>Exposes frames.</summary>
    public void Expose(int frames = 1)
    {
        Interlocked.Add(ref _exposed, frames);
        for (var i = 0; i < frames; i++) _steps.Add(static _ => { });
    }

    /// <summary>Whether nothing that the test has asked for waits for a sensor.</summary>
    public bool IsIdle => _steps.Count == 0;

    /// <summary>
    /// For a test that needs as many frames as it takes: exposes one, unless the last one still waits or came only just. A sensor with a
    /// store of them would go faster than whatever is behind it, which drops frames then.
    /// </summary>
    public void ExposeAnother()
    {
        if (!IsIdle || Stopwatch.GetElapsedTime(_another) < Period) return;
        Expose();
        _another = Stopwatch.GetTimestamp();
    }

    /// <summary>The frame that comes next fails.</summary>
    public void Fail() => _steps.Add(static _ => throw new IOException("the cable is gone"));

    /// <summary>The frame that comes next takes until the event is set, whatever the sensor is told meanwhile.</summary>
    public void Hang(ManualResetEventSlim until) => _steps.Add(_ =>
    {
        Interlocked.Increment(ref _hanging);
        until.Wait();
    });

    /// <summary>How many frames have begun to hang.</summary>
    public int Hanging => Volatile.Read(ref _hanging);

    /// <summary>The recording is at its end.</summary>
    public void End() => _steps.Add(static _ => throw new EndOfStreamException());

    private sealed class Sensor(StepSensors steps, SensorContext context) : ISensor
    {
        private ulong _next = Math.Max(1, context.FirstSequence);
        private readonly Queue<(ulong Frame, long Exposure)> _written = new();
        private long _exposure = ControlCatalogue.ExposureTime.Default;

        public CameraProfile Profile => steps.Profile;

        public void Configure(StreamConfiguration configuration)
        {
            if (steps.Running != 0) steps.Faults.Enqueue("configured while running");
            Interlocked.Increment(ref steps._configured);
        }

        public void Start()
        {
            if (Interlocked.Increment(ref steps._running) != 1) steps.Faults.Enqueue("two sensors run at once");
        }

        public void Stop() => Volatile.Write(ref steps._running, 0);

        public void Capture(FrameCapture capture, CancellationToken stop)
        {
            var step = steps._steps.Take(stop);
            var sequence = _next++;
            foreach (var write in capture.Latch(sequence))
            {
                if (write.Id == ControlCatalogue.ExposureTime.Id)
                {
                    _written.Enqueue((sequence + (ulong)ControlCatalogue.ExposureTime.DelayFrames, write.Value.AsInt64()));
                }
            }

            while (_written.TryPeek(out var due) && due.Frame <= sequence) _exposure = _written.Dequeue().Exposure;

            step(capture);
            capture.Applied(ControlCatalogue.ExposureTime.Id, ControlValue.From(_exposure));
            capture.Complete(context.Clock.Now, capture.Layout.TotalBytes);
        }

        public void Dispose()
        {
            Interlocked.Increment(ref steps._disposed);
            if (steps.FailsToDispose) throw new IOException("the driver does not let go");
        }
    }
}

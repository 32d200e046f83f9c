using System.Collections.Concurrent;
using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Transport;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Tests.Integration;

/// <summary>A guest that does what the test says, and keeps everything that it is told.</summary>
internal sealed class TestDriver : ICameraListener, IDisposable
{
    private readonly BlockingCollection<CameraRequest> _completed = [];
    private readonly BlockingCollection<(CameraEvent Event, ImmutableArray<ReportedControl> Controls)> _events = [];
    private readonly Queue<CameraEvent> _seen = new();
    private readonly Queue<int> _buffers = new();

    public TestDriver(string socket, GuestRamOptions? memory = null, bool shareMemory = false)
    {
        var options = new CameraDriverOptions
        {
            CommandTimeout = RunningFabric.Patience,
            Transport = new VirtioTransportOptions
            {
                MemoryBytes = 64 << 20, Memory = memory ?? new GuestRamOptions(), ShareMemory = shareMemory, ReplyTimeout = RunningFabric.Patience,
            },
        };
        Driver = CameraDriver.Connect(socket, this, options);
        Driver.GetCapabilities();
    }

    public CameraDriver Driver { get; }

    public ConcurrentQueue<string> Violations { get; } = new();

    public TaskCompletionSource<string> Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<TestDriver> ConnectAsync(
        RunningFabric fabric, string guest, string camera, GuestRamOptions? memory = null, bool shareMemory = false)
    {
        var socket = fabric.Socket(guest, camera);
        await fabric.ListensAsync(socket);
        return new TestDriver(socket, memory, shareMemory);
    }

    public CameraStream Configure(StreamConfiguration? wanted = null, int buffers = 4)
    {
        if (Driver.Buffers > 0) Driver.Release();
        var stream = InTime(() => Driver.Configure(wanted ?? RunningFabric.Small));
        Driver.AttachBuffers(buffers);
        _buffers.Clear();
        for (var i = 0; i < buffers; i++) _buffers.Enqueue(i);
        return stream;
    }

    public void Start() => InTime(() =>
    {
        Driver.Start();
        return true;
    });

    public void AcquireOwner(bool force = false) => InTime(() =>
    {
        Driver.AcquireOwner(force);
        return true;
    });

    /// <summary>The driver goes on without a pool where the device answers TIMEOUT.</summary>
    public PooledFrames? MapPool()
    {
        PooledFrames? pool = null;
        for (var attempt = 0; pool is null && attempt < 30; attempt++) pool = Driver.MapPool();
        return pool;
    }

    /// <summary>The device may answer TIMEOUT where the camera is slow, as on a busy machine; a driver then asks again.</summary>
    private static T InTime<T>(Func<T> command)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return command();
            }
            catch (CameraDriverException error) when (error.Status == CameraStatus.Timeout && attempt < 30)
            {
                // Again: each attempt is as long as the device's own limit.
            }
        }
    }

    public bool CanSubmit => _buffers.Count > 0;

    public CameraRequest Submit(long? exposure = null, bool strict = false, ulong target = 0)
    {
        Assert.True(Driver.TryRent(out var request));
        request.Buffer = _buffers.Dequeue();
        request.Strict = strict;
        request.TargetFrame = target;
        if (exposure is { } value) request.SetControl(ControlCatalogue.ExposureTime.Id, ControlValue.From(value));
        Driver.Submit(request);
        return request;
    }

    /// <summary>The next request that has ended, as it is: with the frame that it holds in place.</summary>
    public CameraRequest NextKept()
    {
        Assert.True(_completed.TryTake(out var request, RunningFabric.Patience), "no request has ended");
        return request;
    }

    /// <summary>The next request that has ended; it is given back.</summary>
    public Ended Next()
    {
        Assert.True(_completed.TryTake(out var request, RunningFabric.Patience), "no request has ended");
        return Take(request);
    }

    /// <summary>
    /// The next request that has ended otherwise than with its frame: a sensor that keeps its own time skips frames when the machine is
    /// busy, and what was to be exposed with one of them is lost and asked for again.
    /// </summary>
    public Ended NextExposed(long exposure)
    {
        while (true)
        {
            var ended = Next();
            if (ended.Status != CameraStatus.FrameLost) return ended;
            Submit(exposure);
        }
    }

    /// <summary>The next request that has ended, of a camera whose frames come one by one: as many as it takes.</summary>
    public Ended Next(StepSensors sensors)
    {
        using var patience = new CancellationTokenSource(RunningFabric.Patience);
        CameraRequest? request;
        while (!_completed.TryTake(out request, millisecondsTimeout: 20))
        {
            Assert.False(patience.IsCancellationRequested, "no request has ended");
            sensors.ExposeAnother();
        }

        // What the test submits next finds no frame on its way.
        if (request.Status == CameraStatus.Ok) Assert.True(SpinWait.SpinUntil(() => sensors.IsIdle, RunningFabric.Patience), "a frame is left over");
        return Take(request);
    }

    public bool TryNext(out Ended ended)
    {
        ended = default;
        if (!_completed.TryTake(out var request)) return false;
        ended = Take(request);
        return true;
    }

    /// <summary>The next event of a kind; others before it are passed over.</summary>
    public (CameraEvent Event, ImmutableArray<ReportedControl> Controls) NextEvent(CameraEventType type, uint? code = null)
    {
        using var patience = new CancellationTokenSource(RunningFabric.Patience);
        while (true)
        {
            var item = TakeEvent(patience.Token, $"no event {type} {code} has come");
            if (item.Event.Type == type && (code is null || item.Event.Code == code)) return item;
        }
    }

    /// <summary>The next event of each kind, in whatever order they come; others are passed over.</summary>
    public CameraEvent[] NextEvents(params (CameraEventType Type, uint Code)[] kinds)
    {
        using var patience = new CancellationTokenSource(RunningFabric.Patience);
        var found = new CameraEvent[kinds.Length];
        while (found.Any(static occurred => occurred.Type == CameraEventType.None))
        {
            var item = TakeEvent(patience.Token, $"not all of {string.Join(", ", kinds)} have come");
            var kind = Array.IndexOf(kinds, (item.Event.Type, item.Event.Code));
            if (kind >= 0 && found[kind].Type == CameraEventType.None) found[kind] = item.Event;
        }

        return found;
    }

    public void Dispose() => Driver.Dispose();

    void ICameraListener.Completed(CameraRequest request) => _completed.Add(request);

    void ICameraListener.Received(in CameraEvent occurred, ReadOnlySpan<ReportedControl> controls) =>
        _events.Add((occurred, [.. controls]));

    void ICameraListener.ConfigChanged()
    {
    }

    void ICameraListener.Violated(string what) => Violations.Enqueue(what);

    void ICameraListener.Disconnected(string reason) => Gone.TrySetResult(reason);

    // One patience for all that are passed over: of some kinds there is always a next one.
    private (CameraEvent Event, ImmutableArray<ReportedControl> Controls) TakeEvent(CancellationToken patience, string otherwise)
    {
        try
        {
            var item = _events.Take(patience);
            _seen.Enqueue(item.Event);
            return item;
        }
        catch (OperationCanceledException)
        {
            var seen = _seen.Select(static occurred => $"{occurred.Type} {occurred.Code} of frame {occurred.FrameNumber}").TakeLast(20);
            Assert.Fail($"{otherwise}; the last ones were: {string.Join(", ", seen)}");
            throw;
        }
    }

    private Ended Take(CameraRequest request)
    {
        ReportedControl? exposure = request.TryGetReported(ControlCatalogue.ExposureTime.Id, out var reported) ? reported : null;
        var ended = new Ended(request.Id, request.Status, request.Frame, request.Flags, exposure);
        _buffers.Enqueue(request.Buffer);
        Driver.Return(request);
        return ended;
    }

    internal readonly record struct Ended(ulong Id, CameraStatus Status, ulong Frame, ResultFlags Flags, ReportedControl? Exposure);
}

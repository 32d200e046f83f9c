using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Transport;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Latency;

/// <summary>A real guest over a vhost-user socket that gives each buffer back as soon as it has it, and looks at no pixel.</summary>
internal sealed class BenchGuest : ICameraListener, IDisposable
{
    /// <summary>Requests that go round.</summary>
    public const int Buffers = 4;

    private readonly CameraDriver _driver;
    private readonly bool _isInPlace;
    private readonly List<CameraRequest> _held = [];
    private readonly List<CameraRequest> _kept = [];
    private int _back; // of the requests that go round, those that have ended for good
    private volatile bool _isStopping;

    public BenchGuest(string camera, string socket, StreamConfiguration stream, bool isInPlace = false)
    {
        Camera = camera;
        Arrivals = new Arrivals(stream.Interval.Nanoseconds);
        var memory = (long)Buffers * stream.Layout().TotalBytes + (16 << 20);
        _isInPlace = isInPlace;
        var transport = new VirtioTransportOptions { MemoryBytes = memory, ShareMemory = isInPlace };
        _driver = Connect(socket, new CameraDriverOptions { Transport = transport });
        _driver.GetCapabilities();
        _driver.Configure(stream);
        if (!isInPlace) _driver.AttachBuffers(Buffers);
        else if (_driver.MapPool() is null) throw new InvalidOperationException("no pool was mapped");
    }

    public string Camera { get; }

    public Arrivals Arrivals { get; }

    /// <summary>Called with each frame, on the guest's thread.</summary>
    public Action<CameraRequest>? Delivered { get; set; }

    /// <summary>Called when the camera's source is lost or is back, on the guest's thread.</summary>
    public Action<SourceEvent>? Source { get; set; }

    /// <summary>For commands beside the stream.</summary>
    public CameraDriver Driver => _driver;

    public void Begin()
    {
        _isStopping = false;
        _back = 0;
        Arrivals.Begin();
        for (var buffer = 0; buffer < Buffers; buffer++)
        {
            if (!_driver.TryRent(out var request)) throw new InvalidOperationException("no request is free");
            request.Buffer = buffer;
            request.InPlace = _isInPlace;
            _driver.Submit(request);
        }

        _driver.Start();
    }

    public void Pause()
    {
        _isStopping = true;
        _driver.Stop();
        if (!SpinWait.SpinUntil(() => _driver.InFlight == 0 && Volatile.Read(ref _back) + _held.Count == Buffers, TimeSpan.FromSeconds(5)))
            throw new InvalidOperationException("requests have not ended");
        foreach (var request in _kept)
        {
            _driver.GiveBack(request);
            _driver.Return(request);
        }

        _kept.Clear();
    }

    public void Dispose() => _driver.Dispose();

    void ICameraListener.Completed(CameraRequest request)
    {
        if (request.Status == CameraStatus.Ok && !_isStopping)
        {
            Arrivals.Add(request.Frame, request.Done, request.Seen);
            Delivered?.Invoke(request);
        }

        // Without a source there is nothing to ask for until it is back.
        if (request.Status == CameraStatus.NoSource && !_isStopping) _held.Add(request);
        else Again(request);
    }

    void ICameraListener.Received(in CameraEvent occurred, ReadOnlySpan<ReportedControl> controls)
    {
        if (occurred.Type != CameraEventType.Source) return;
        Source?.Invoke((SourceEvent)occurred.Code);
        if (occurred.Code == (uint)SourceEvent.Lost) return;
        foreach (var request in _held) Again(request);
        _held.Clear();
    }

    // A socket's file is there a moment before somebody listens.
    private CameraDriver Connect(string socket, CameraDriverOptions options)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return CameraDriver.Connect(socket, this, options);
            }
            catch (CameraDriverException error) when (error.Failure == CameraFailure.Disconnected && attempt < 20)
            {
                Wait.For(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    private void Again(CameraRequest request)
    {
        // Its own again as it is: with it goes back the frame that it held in place.
        if (_isStopping) Release(request);
        else _driver.Submit(request);
    }

    // A frame that is held over a pause would be missing in the next window. Not on this thread, which hears the answer.
    private void Release(CameraRequest request)
    {
        if (request.Place >= 0) _kept.Add(request);
        else _driver.Return(request);
        Interlocked.Increment(ref _back);
    }

    void ICameraListener.ConfigChanged()
    {
    }

    void ICameraListener.Violated(string what) => throw new InvalidOperationException(what);

    // Its next command says so.
    void ICameraListener.Disconnected(string reason) => _isStopping = true;
}

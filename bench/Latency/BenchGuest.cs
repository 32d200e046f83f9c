using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Transport;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Bench.Latency;

/// <summary>A real guest over a vhost-user socket that gives each buffer back as soon as it has it, and looks at no pixel.</summary>
internal sealed class BenchGuest : ICameraListener, IDisposable
{
    private const int Buffers = 4;
    private readonly CameraDriver _driver;
    private readonly List<CameraRequest> _held = [];
    private volatile bool _isStopping;

    public BenchGuest(string camera, string socket, StreamConfiguration stream)
    {
        Camera = camera;
        Arrivals = new Arrivals(stream.Interval.Nanoseconds);
        var memory = (long)Buffers * stream.Layout().TotalBytes + (16 << 20);
        _driver = Connect(socket, new CameraDriverOptions { Transport = new VirtioTransportOptions { MemoryBytes = memory } });
        _driver.GetCapabilities();
        _driver.Configure(stream);
        _driver.AttachBuffers(Buffers);
    }

    public string Camera { get; }

    public Arrivals Arrivals { get; }

    /// <summary>Called with each frame, on the guest's thread.</summary>
    public Action<CameraRequest>? Delivered { get; set; }

    public void Begin()
    {
        _isStopping = false;
        Arrivals.Begin();
        for (var buffer = 0; buffer < Buffers; buffer++)
        {
            if (!_driver.TryRent(out var request)) throw new InvalidOperationException("no request is free");
            request.Buffer = buffer;
            _driver.Submit(request);
        }

        _driver.Start();
    }

    public void Pause()
    {
        _isStopping = true;
        _driver.Stop();
        if (!SpinWait.SpinUntil(() => _driver.InFlight == 0, TimeSpan.FromSeconds(5)))
            throw new InvalidOperationException("requests have not ended");
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
        if (occurred.Type != CameraEventType.Source || occurred.Code == (uint)SourceEvent.Lost) return;
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
        var buffer = request.Buffer;
        _driver.Return(request);
        if (_isStopping || !_driver.TryRent(out var next)) return;
        next.Buffer = buffer;
        _driver.Submit(next);
    }

    void ICameraListener.ConfigChanged()
    {
    }

    void ICameraListener.Violated(string what) => throw new InvalidOperationException(what);

    // Its next command says so.
    void ICameraListener.Disconnected(string reason) => _isStopping = true;
}

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
    private volatile bool _isStopping;

    public BenchGuest(string camera, string socket, StreamConfiguration stream)
    {
        Camera = camera;
        Arrivals = new Arrivals(stream.Interval.Nanoseconds);
        var memory = (long)Buffers * stream.Layout().TotalBytes + (16 << 20);
        _driver = CameraDriver.Connect(socket, this, new CameraDriverOptions { Transport = new VirtioTransportOptions { MemoryBytes = memory } });
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
        if (!SpinWait.SpinUntil(() => _driver.InFlight == 0, TimeSpan.FromSeconds(5))) throw new InvalidOperationException("requests have not ended");
    }

    public void Dispose() => _driver.Dispose();

    void ICameraListener.Completed(CameraRequest request)
    {
        if (request.Status == CameraStatus.Ok && !_isStopping)
        {
            Arrivals.Add(request.Frame, request.Done, request.Seen);
            Delivered?.Invoke(request);
        }

        var buffer = request.Buffer;
        _driver.Return(request);
        if (_isStopping || !_driver.TryRent(out var next)) return;
        next.Buffer = buffer;
        _driver.Submit(next);
    }

    void ICameraListener.Received(in CameraEvent occurred, ReadOnlySpan<ReportedControl> controls)
    {
    }

    void ICameraListener.ConfigChanged()
    {
    }

    void ICameraListener.Violated(string what) => throw new InvalidOperationException(what);

    void ICameraListener.Disconnected(string reason) => Console.Error.WriteLine($"bench: a guest lost its device: {reason}");
}

using System.Collections.Concurrent;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Transport;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Tests.Camera;

/// <summary>A scripted camera, a driver connected to it, and a listener that remembers what it was told.</summary>
internal sealed class CameraBench : ICameraListener, IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _news = new(0);
    private readonly CompletionQueue _completed = new(256);

    private CameraBench(ScriptedCamera camera) => Camera = camera;

    public ScriptedCamera Camera { get; }

    public CameraDriver Driver { get; private set; } = null!;

    public ConcurrentQueue<(CameraEvent Event, ReportedControl[] Controls)> Events { get; } = [];

    public ConcurrentQueue<string> Violations { get; } = [];

    public ConcurrentQueue<string> Ends { get; } = [];

    public Action<CameraRequest>? OnCompleted { get; set; }

    public Action? OnConfigChanged { get; set; }

    public int ConfigChanges { get; private set; }

    public static CameraDriverOptions Options =>
        new() { CommandTimeout = Patience, Transport = new VirtioTransportOptions { MemoryBytes = 16 << 20 } };

    public static CameraBench Open(CameraDriverOptions? options = null, Action<ScriptedCamera>? script = null)
    {
        var (guest, device) = UnixSocket.Pair();
        var camera = new ScriptedCamera(device);
        script?.Invoke(camera);
        camera.Start();
        var bench = new CameraBench(camera);
        try
        {
            bench.Driver = CameraDriver.Connect(guest, bench, options ?? Options);
            return bench;
        }
        catch
        {
            camera.Dispose();
            throw;
        }
    }

    /// <summary>Configured, with buffers, streaming.</summary>
    public static CameraBench Streaming(int buffers = 4, CameraDriverOptions? options = null, Action<ScriptedCamera>? script = null)
    {
        var bench = Open(options, script);
        bench.Driver.Configure(bench.Camera.Configuration);
        bench.Driver.AttachBuffers(buffers);
        bench.Driver.Start();
        return bench;
    }

    public CameraRequest Submit(int buffer, Action<CameraRequest>? prepare = null)
    {
        Assert.True(Driver.TryRent(out var request));
        request.Buffer = buffer;
        prepare?.Invoke(request);
        Driver.Submit(request);
        return request;
    }

    public CameraRequest TakeCompleted()
    {
        Assert.True(_completed.TryTake(Patience, out var request), "no request completed");
        return request!;
    }

    public bool TryTakeCompleted(out CameraRequest? request) => _completed.TryTake(TimeSpan.Zero, out request);

    public void WaitFor(Func<bool> condition, string what)
    {
        while (!condition()) Assert.True(_news.Wait(Patience), $"never happened: {what}");
    }

    public void WaitForRequests(int count) =>
        Assert.True(SpinWait.SpinUntil(() => Camera.Waiting >= count, Patience), $"the device never saw {count} requests");

    public void Completed(CameraRequest request)
    {
        if (OnCompleted is { } handler) handler(request);
        else _completed.Put(request);
        _news.Release();
    }

    public void Received(in CameraEvent occurred, ReadOnlySpan<ReportedControl> controls)
    {
        Events.Enqueue((occurred, controls.ToArray()));
        _news.Release();
    }

    public void ConfigChanged()
    {
        ConfigChanges++;
        OnConfigChanged?.Invoke();
        _news.Release();
    }

    public void Violated(string what)
    {
        Violations.Enqueue(what);
        _news.Release();
    }

    public void Disconnected(string reason)
    {
        Ends.Enqueue(reason);
        _news.Release();
    }

    public void Dispose()
    {
        Driver.Dispose();
        Camera.Dispose();
        _completed.Dispose();
        _news.Dispose();
    }
}

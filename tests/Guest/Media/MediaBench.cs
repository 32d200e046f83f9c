using System.Collections.Concurrent;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Guest.Media;
using CameraFabric.Guest.Transport;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Tests.Media;

/// <summary>A scripted media device, a driver connected to it, and a listener that remembers what it was told.</summary>
internal sealed class MediaBench : IMediaListener, IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _news = new(0);

    private MediaBench(ScriptedMedia device) => Device = device;

    public ScriptedMedia Device { get; }

    public MediaDriver Driver { get; private set; } = null!;

    public ConcurrentQueue<string> Violations { get; } = [];

    public ConcurrentQueue<string> Ends { get; } = [];

    public static MediaDriverOptions Options =>
        new() { CommandTimeout = Patience, Transport = new VirtioTransportOptions { MemoryBytes = 16 << 20 } };

    public static MediaBench Connect(MediaDriverOptions? options = null)
    {
        var (guest, device) = UnixSocket.Pair();
        var bench = new MediaBench(new ScriptedMedia(device));
        bench.Device.Start();
        bench.Driver = MediaDriver.Connect(guest, bench, options ?? Options);
        return bench;
    }

    public MediaSession Open()
    {
        Assert.Equal(0, Driver.Open(out var session));
        return session!;
    }

    /// <summary>A session with user buffers, streaming, all buffers with the device.</summary>
    public MediaSession Stream(int buffers)
    {
        var session = Open();
        Assert.Equal(0, session.RequestBuffers(buffers, V4l2Memory.UserPointer, out _));
        for (var i = 0; i < buffers; i++) Assert.Equal(0, session.QueueBuffer(i, new UserBuffer(Driver.Ram, 4096, 4096)));
        Assert.Equal(0, session.StreamOn());
        return session;
    }

    /// <summary>The next violation, as soon as it is told.</summary>
    public string NextViolation()
    {
        string? told;
        while (!Violations.TryDequeue(out told)) Assert.True(_news.Wait(Patience), "no violation was told");
        return told;
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
        Device.Dispose();
        _news.Dispose();
    }
}

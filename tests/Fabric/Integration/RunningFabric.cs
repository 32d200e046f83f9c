using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Program;
using CameraFabric.Guest.Transport;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Fabric.Tests.Integration;

/// <summary>A whole node in this process, with real sockets and real guest memory.</summary>
internal sealed class RunningFabric : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    public static readonly StreamConfiguration Small = new(FourCC.Parse("NV12"), 640, 480, new FrameInterval(1, 60));

    /// <summary>
    /// Nothing that happens by the clock happens: a machine that is busy looks like a sensor that is silent, a guest that is late, a thread
    /// that hangs. Who waits for one of these sets its time himself.
    /// </summary>
    public static readonly FabricOptions Patient = new()
    {
        WatchdogFloor = TimeSpan.FromSeconds(10), FirstFrameAllowance = TimeSpan.FromSeconds(60), CommandTimeout = TimeSpan.FromSeconds(1),
        RequestTimeout = Patience, RequestTimeoutMaximum = Patience, MessageTimeout = Patience, SensorStopTimeout = Patience / 2,
        QueueStopTimeout = TimeSpan.FromSeconds(10), StopTimeout = Patience,
    };

    private readonly DirectoryInfo _folder;

    private RunningFabric(DirectoryInfo folder, Rig rig)
    {
        _folder = folder;
        Node = FabricNode.Start(rig, Loggers);
    }

    public RecordingLoggers Loggers { get; } = new();

    public FabricNode Node { get; }

    public static RunningFabric Start(
        ImmutableArray<CameraRig> cameras, ImmutableArray<GuestRig> guests, FabricOptions? options = null)
    {
        var folder = Directory.CreateTempSubdirectory("cf");
        return new RunningFabric(folder, new Rig
        {
            Name = "test", RuntimeDirectory = folder.FullName, Cameras = cameras, Guests = guests, Options = options ?? Patient,
        });
    }

    public static CameraRig Camera(string id, bool perFrame = true, bool interleaved = false, SensorFactory? sensor = null) => new()
    {
        Id = id,
        SensorKind = "synthetic",
        Stream = Small,
        Interleaved = interleaved,
        Sensor = sensor ?? (context => new SyntheticSensor(context, new SyntheticOptions { PerFrame = perFrame })),
    };

    public static GuestRig Guest(string name, string camera, SessionRole role = SessionRole.Observer, bool mayAcquire = false) => new()
    {
        Name = name, Cameras = [new GuestCameraRig { Camera = camera, Role = role, MayAcquire = mayAcquire }],
    };

    public string Socket(string guest, string camera) => Path.Combine(_folder.FullName, $"{guest}.{camera}.sock");

    /// <summary>A guest that streams the small configuration; reconnects until its socket is there.</summary>
    public CameraGuestOptions Options(string guest, string camera, long frames) => new()
    {
        Name = guest, Socket = Socket(guest, camera), Frames = frames, Format = Small.Format, Width = Small.Width, Height = Small.Height,
        Interval = Small.Interval, ReconnectDelay = TimeSpan.FromMilliseconds(20), StallTimeout = Patience,
        Driver = new CameraDriverOptions { CommandTimeout = Patience, Transport = new VirtioTransportOptions { ReplyTimeout = Patience } },
    };

    /// <summary>Runs a guest to its end, on a thread of its own.</summary>
    public async Task<GuestReport> RunAsync(CameraGuestOptions options, CancellationToken stop = default)
    {
        await ListensAsync(options.Socket);
        return await Task.Factory.StartNew(
            () => new CameraGuest(options).Run(stop: stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .WaitAsync(Patience * 2, CancellationToken.None);
    }

    /// <summary>Waits until a guest can connect. The socket's file is there a moment earlier, and refuses it.</summary>
    public Task ListensAsync(string socket) => WaitAsync(
        _ => Loggers.Lines.Any(line => line.Contains($"listening on {socket}", StringComparison.Ordinal)), $"nobody listens on {socket}");

    /// <summary>Waits for something to be so, however long the machine takes.</summary>
    public async Task<FabricStatus> WaitAsync(Func<FabricStatus, bool> condition, string otherwise)
    {
        FabricStatus? status = null;
        var isSo = await Task.Run(() => SpinWait.SpinUntil(() => condition(status = Node.StatusAsync().Result), Patience));
        if (!isSo)
        {
            Assert.Fail($"{otherwise}\n{status}\n{string.Join('\n', status!.Cameras)}\n{string.Join('\n', status.Guests)}\n{Loggers}");
        }

        return status!;
    }

    /// <summary>Stops the node and checks that everything is accounted for.</summary>
    public async Task<FabricStatus> StopAsync()
    {
        var status = await Node.StopAsync().WaitAsync(Patience);
        var text = $"{string.Join('\n', status.Cameras)}\n{string.Join('\n', status.Guests)}\n{Loggers}";
        Assert.True(status.Balanced, text);
        Assert.All(status.Cameras, camera => Assert.Equal(0, camera.LeakedSlots));
        Assert.All(status.Guests, guest => Assert.Equal(0, guest.UnderWay));
        Assert.All(status.Guests, guest => Assert.Equal(0, guest.RequestsWaiting));
        Assert.DoesNotContain(Loggers.Lines, line => line.Contains("a defect", StringComparison.Ordinal));
        return status;
    }

    public async ValueTask DisposeAsync()
    {
        await Node.StopAsync().WaitAsync(Patience);
        _folder.Delete(recursive: true);
    }
}

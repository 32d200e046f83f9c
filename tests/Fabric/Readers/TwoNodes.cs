using System.Collections.Immutable;
using Akka.Actor;
using Akka.Actor.Setup;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Guests;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Readers;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Fabric.Tests.Links;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Readers;

/// <summary>
/// One camera, homes of it and readers of it, in one actor system, with everything that they say to each other serialized. Guests are
/// real ones: they connect to sockets and have rings in memory.
/// </summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    public static readonly TimeSpan Patience = RunningFabric.Patience;
    private static readonly FabricOptions Patient = RunningFabric.Patient with
    {
        ControlsChangedInterval = TimeSpan.Zero,
        RestartDelay = TimeSpan.FromMilliseconds(10), RestartDelayMaximum = TimeSpan.FromMilliseconds(50),
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly Dictionary<string, IActorRef> _homes = [];
    private readonly Dictionary<string, IActorRef> _readers = [];
    private readonly List<IActorRef> _guests = [];
    private readonly Dictionary<(IActorRef Reader, IActorRef Home), IActorRef> _wires = [];
    private readonly List<LinkListener> _listeners = [];
    private readonly RecordingLoggers _loggers = new();
    private readonly Dictionary<string, SessionIds> _ids = [];
    private readonly bool _linked;
    private readonly bool _interleaved;
    private Assignment _assignment = new("front", null, 0, false, HomeLoss.NodeAway);

    public TwoNodes(bool linked = false, bool interleaved = false, bool isFenced = false, FabricOptions? options = null)
    {
        if (!isFenced) Fence.Extend(long.MaxValue);
        _linked = linked;
        _interleaved = interleaved;
        Options = options ?? Patient;
        System = ActorSystem.Create("nodes", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(FabricNode.ReferenceConfig),
            new NodeSetup(_loggers)));
    }

    public ActorSystem System { get; }

    public FabricOptions Options { get; }

    public Wire Wire { get; } = new();

    public NodeFence Fence { get; } = new();

    public Dictionary<string, CameraMeter> HomeMeters { get; } = [];

    public Dictionary<string, CameraMeter> ReaderMeters { get; } = [];

    public Dictionary<string, GuestMeter> GuestMeters { get; } = [];

    public IActorRef Reader(string node) => _readers[node];

    public IActorRef Home(string node) => _homes[node];

    /// <summary>Starts a home of the camera; readers hear of it by <see cref="Place"/>.</summary>
    public StepSensors AddHome(string node, uint epoch)
    {
        var sensors = new StepSensors();
        var rig = Rig(sensors);
        var meter = HomeMeters[node] = new CameraMeter("front", "fake");
        LinkListener? listener = null;
        var links = LinkBench.Patient with { UnixPath = Path.Combine(_folder.FullName, $"{node}.links") };
        if (_linked) _listeners.Add(listener = new LinkListener("here", links, TimeProvider.System, _loggers.CreateLogger(node)));

        // Under the readers' own name a home needs no link.
        var seat = new HomeSeat(_linked ? node : "reading", epoch, NodeFence.Always, listener, links);
        var memory = new CameraMemory(rig, meter, Options, FrameClock.System, _loggers, seat);
        _homes[node] = System.ActorOf(CameraActor.Props(rig, memory, meter, Options, FrameClock.System, _loggers), $"home-{node}-{epoch}");
        return sensors;
    }

    public IActorRef AddReader(string node)
    {
        var meter = ReaderMeters[node] = new CameraMeter("front", "fake");
        _ids[node] = new SessionIds(_ids.Count + 1);
        var settings = new ReaderSettings(
            Rig(new StepSensors()), _linked ? node : "reading", "here", meter, Options, LinkBench.Patient, FrameClock.System,
            TimeProvider.System, Fence, _loggers)
        {
            Locate = (context, assignment) => Between(context.Self, _homes[assignment.Home!.Node]),
        };
        var reader = System.ActorOf(CameraReaderActor.Props(settings, new ReaderMemory(settings)), $"reader-{node}");
        _readers[node] = reader;
        reader.Tell(Changed());
        return reader;
    }

    /// <summary>The camera is at home there from now on, as every reader hears.</summary>
    public void Place(string? node, uint epoch)
    {
        _assignment = new Assignment("front", node is null ? null : new NodeIncarnation(node, "", (int)epoch), epoch, false,
            node is null ? HomeLoss.NodeAway : HomeLoss.None);
        foreach (var reader in _readers.Values) reader.Tell(Changed());
    }

    /// <summary>A guest of a node, connected.</summary>
    public async Task<TestDriver> GuestAsync(string node, string name, SessionRole role = SessionRole.Observer, bool mayAcquire = false)
    {
        var view = new GuestCameraRig { Camera = "front", Role = role, MayAcquire = mayAcquire };
        var guest = new GuestRig { Name = name, Cameras = [view] };
        var path = Path.Combine(_folder.FullName, $"{name}.sock");
        var meter = GuestMeters[name] = new GuestMeter(name, "front", path);
        var settings = new SessionSettings(guest, view, path, _readers[node], meter, _ids[node], Options, FrameClock.System, _loggers);
        _guests.Add(System.ActorOf(GuestDeviceActor.Props(settings), name));
        await WaitAsync(() => File.Exists(path), $"nobody listens for {name}");
        return new TestDriver(path);
    }

    public async Task<TestDriver> StreamingAsync(string node, string name, SessionRole role = SessionRole.Observer, bool mayAcquire = false)
    {
        var driver = await GuestAsync(node, name, role, mayAcquire);
        driver.Configure(RequestBench.Stream);
        driver.Driver.Start();
        return driver;
    }

    public async Task WaitAsync(Func<bool> condition, string otherwise)
    {
        var isSo = await Task.Run(() => SpinWait.SpinUntil(condition, Patience));
        Assert.True(isSo, $"{otherwise}\n{_loggers}");
    }

    public async Task StopHomeAsync(string node)
    {
        await _homes[node].Ask<CameraStopped>(StopCamera.Message, Patience);
        _homes.Remove(node);
        AssertBalanced(HomeMeters[node]);
    }

    /// <summary>A node is gone from one moment to the next: what its reader held is not given back in order.</summary>
    public void Kill(string node)
    {
        System.Stop(_readers[node]);
        _readers.Remove(node);
    }

    /// <summary>The same of a home's node.</summary>
    public void KillHome(string node)
    {
        System.Stop(_homes[node]);
        _homes.Remove(node);
    }

    /// <summary>The way that a reader's frames come breaks.</summary>
    public void BreakCarrier(string node) => _readers[node].Tell(new CarrierBroken(Wire.Links[_readers[node]], "the test"), ActorRefs.NoSender);

    /// <summary>Stops everything, and checks that every frame is accounted for on both sides.</summary>
    public async Task StopAsync()
    {
        foreach (var guest in _guests) await guest.Ask<GuestStopped>(StopGuest.Message, Patience);
        foreach (var reader in _readers.Values) await reader.Ask<ReaderStopped>(StopReader.Message, Patience);
        foreach (var node in _homes.Keys.ToArray()) await StopHomeAsync(node);
        foreach (var meter in ReaderMeters.Values) AssertBalanced(meter);
        foreach (var meter in GuestMeters.Values)
        {
            var report = meter.Report();
            Assert.True(report.Balanced && report is { UnderWay: 0, RequestsWaiting: 0 }, $"{report}\n{_loggers}");
        }

        Assert.Empty(Wire.Faults);
        Assert.DoesNotContain(_loggers.Lines, line => line.Contains("a defect", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await System.Terminate().WaitAsync(Patience);
        foreach (var listener in _listeners) listener.Dispose();
        _folder.Delete(recursive: true);
    }

    private IActorRef Between(IActorRef reader, IActorRef home)
    {
        lock (_wires)
        {
            if (!_wires.TryGetValue((reader, home), out var wire)) _wires[(reader, home)] = wire = WireActor.Between(System, reader, home, Wire);
            return wire;
        }
    }

    private void AssertBalanced(CameraMeter meter)
    {
        CameraStatusReport report = meter.Report(FrameClock.System.Now);
        Assert.True(report.Balanced, $"{report}\n{string.Join(", ", report.Lost)}\n{string.Join(", ", report.Links)}\n{_loggers}");
    }

    private CameraRig Rig(StepSensors sensors) => new()
    {
        Id = "front", Sensor = sensors.Open, SensorKind = "fake", Stream = RequestBench.Stream, Slots = 8, Interleaved = _interleaved,
    };

    private PlacementChanged Changed() => new(
        new PlacementTable(new TableVersion(1, "", _assignment.Epoch), ImmutableDictionary<string, Assignment>.Empty.Add("front", _assignment)),
        new NodeIncarnation("reading", "", 0));
}

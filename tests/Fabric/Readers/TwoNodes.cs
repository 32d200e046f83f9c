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
using CameraFabric.Sensors.Profiles;

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
        RestartDelay = TimeSpan.FromMilliseconds(10), RestartDelayMaximum = TimeSpan.FromMilliseconds(50), DeliveryQueueFrames = 16,

        // Frames come when the test asks for them: longer than a rig may say.
        WatchdogFloor = Patience,
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly Dictionary<string, IActorRef> _homes = [];
    private readonly Dictionary<string, IActorRef> _readers = [];
    private readonly List<IActorRef> _guests = [];
    private readonly Dictionary<(IActorRef Reader, IActorRef Home), IActorRef> _wires = [];
    private readonly List<LinkListener> _listeners = [];
    private readonly RecordingLoggers _loggers = new();
    private readonly Dictionary<string, SessionIds> _ids = [];
    private readonly Way _way;
    private readonly LinkOptions _links;
    private readonly bool _interleaved;
    private Assignment _assignment = new("front", null, 0, false, HomeLoss.NodeAway);

    public TwoNodes(Way way = Way.Hand, bool interleaved = false, bool isFenced = false, FabricOptions? options = null)
    {
        if (!isFenced) Fence.Extend(long.MaxValue);
        _way = way;
        _links = (way == Way.Tls ? LinkCertificates.Options(LinkCertificates.Node(LinkCertificates.Authority, "CN=node")) : LinkBench.Patient) with
        {
            QueueFrames = 16, WindowFrames = 16,
        };
        _interleaved = interleaved;
        Options = options ?? Patient;
        System = ActorSystem.Create("nodes", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(FabricNode.ReferenceConfig),
            new NodeSetup(_loggers)));
    }

    /// <summary>Each way that frames can take from a home to a reader.</summary>
    public static TheoryData<Way> Ways => [.. Enum.GetValues<Way>()];

    public ActorSystem System { get; }

    /// <summary>The sensors of the home that <see cref="With"/> has started.</summary>
    public StepSensors Sensors { get; private set; } = null!;

    /// <summary>Whether a line like this has been logged.</summary>
    public bool Says(string line) => _loggers.Lines.Any(said => said.Contains(line, StringComparison.Ordinal));

    public FabricOptions Options { get; }

    public Wire Wire { get; } = new();

    public NodeFence Fence { get; } = new();

    public Dictionary<string, CameraMeter> HomeMeters { get; } = [];

    public Dictionary<string, CameraMeter> ReaderMeters { get; } = [];

    public Dictionary<string, GuestMeter> GuestMeters { get; } = [];

    public IReadOnlyCollection<string> Log => _loggers.Lines;

    public IActorRef Reader(string node) => _readers[node];

    public IActorRef Home(string node) => _homes[node];

    /// <summary>The camera is at home on node <c>a</c>, at epoch 1, and read by these.</summary>
    public TwoNodes With(params string[] readers)
    {
        Sensors = AddHome("a", 1, readers.Length);
        foreach (var reader in readers) AddReader(reader);
        Place("a", 1);
        return this;
    }

    /// <summary>Starts a home of the camera; readers hear of it by <see cref="Place"/>.</summary>
    public StepSensors AddHome(string node, uint epoch, int readers = 1, CameraProfile? profile = null)
    {
        var sensors = new StepSensors { Profile = profile ?? RequestBench.Profile };
        var rig = Rig(sensors);
        var meter = HomeMeters[node] = new CameraMeter("front", "fake");
        LinkListener? listener = null;
        var links = _links with { UnixPath = Path.Combine(_folder.FullName, $"{node}.links") };
        if (_way != Way.Hand) _listeners.Add(listener = new LinkListener("here", links, TimeProvider.System, _loggers.CreateLogger(node)));

        // Under the readers' own name a home needs no link.
        var seat = new HomeSeat(_way == Way.Hand ? "reading" : node, epoch, NodeFence.Always, listener, links) { HeldSlots = LinkSlots.Of(readers, links) };
        var memory = new CameraMemory(rig, meter, Options, FrameClock.System, _loggers, seat);
        _homes[node] = System.ActorOf(CameraActor.Props(rig, memory, meter, Options, FrameClock.System, _loggers), $"home-{node}-{epoch}");
        return sensors;
    }

    public IActorRef AddReader(string node)
    {
        var meter = ReaderMeters[node] = new CameraMeter("front", "fake");
        _ids[node] = new SessionIds(_ids.Count + 1);
        var settings = new ReaderSettings(
            Rig(new StepSensors()), _way == Way.Hand ? "reading" : node, _way is Way.Tcp or Way.Tls ? "there" : "here", meter, Options, _links,
            FrameClock.System,
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
        driver.Start();
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
    public void BreakCarrier(string node) => _readers[node].Tell(new CarrierEnded(Wire.Links[_readers[node]], new LinkEnd("the test", false)), ActorRefs.NoSender);

    /// <summary>Stops everything, and checks that every frame is accounted for on both sides.</summary>
    /// <param name="defects">How many the test has made.</param>
    public async Task StopAsync(int defects = 0)
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
        Assert.Equal(defects, _loggers.Lines.Count(line => line.Contains("a defect", StringComparison.Ordinal)));
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
        Id = "front", Sensor = sensors.Open, SensorKind = "fake", Stream = RequestBench.Stream, Slots = 32, Interleaved = _interleaved,
    };

    private PlacementChanged Changed() => new(
        new PlacementTable(new TableVersion(1, "", _assignment.Epoch), ImmutableDictionary<string, Assignment>.Empty.Add("front", _assignment)),
        new NodeIncarnation("reading", "", 0));
}

/// <summary>How frames come from a home to a reader.</summary>
public enum Way
{
    /// <summary>Both are on one node: it is the same frame.</summary>
    Hand,

    /// <summary>A link between processes of one machine.</summary>
    SharedMemory,

    /// <summary>A link between machines.</summary>
    Tcp,

    /// <summary>The same, with certificates.</summary>
    Tls,
}

using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Configuration;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

/// <summary>One fabric process: the cameras and guests of a rig, alive. Thread-safe.</summary>
public sealed partial class FabricNode : IAsyncDisposable
{
    // What was to end in order has had its time before.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(2);
    private readonly Rig _rig;
    private readonly NodeSeat? _seat;
    private readonly NodeLinks? _links;
    private readonly ShutdownGate? _gate;
    private readonly FrameClock _clock;
    private readonly StatusBoard _board;
    private readonly IActorRef _fabric;
    private readonly ILogger _logger;
    private readonly Lazy<Task<FabricStatus>> _stop;

    private FabricNode(
        Rig rig, NodeSeat? seat, NodeLinks? links, FrameClock clock, ActorSystem system, IActorRef fabric, StatusBoard board, ILogger logger)
    {
        _rig = rig;
        _seat = seat;
        _links = links;
        _clock = clock;
        _board = board;
        _fabric = fabric;
        _logger = logger;
        System = system;
        _gate = seat is null ? null : ShutdownGate.Close(system, logger);
        _stop = new Lazy<Task<FabricStatus>>(StopOnceAsync);
    }

    /// <summary>What a node asks of Akka: the defaults of <c>reference.conf</c>, which is part of this assembly.</summary>
    public static Config ReferenceConfig { get; } = ConfigurationFactory.FromResource<FabricNode>(
        "CameraFabric.Fabric.Nodes.reference.conf");

    /// <summary>Where the node's actors are: what children take as a seed. Without a port when the rig needs one process alone.</summary>
    public string Address => ((ExtendedActorSystem)System).Provider.DefaultAddress.ToString();

    /// <summary>The actors' system, for those who want to look into it.</summary>
    public ActorSystem System { get; }

    /// <summary>Starts a node. It returns when the actors have been made; cameras open and sockets appear soon after.</summary>
    /// <param name="rig">What to run.</param>
    /// <param name="loggers">Where the node logs.</param>
    /// <param name="clock">The frame clock; the system's unless given.</param>
    /// <exception cref="RigException">The rig has errors; all of them are named.</exception>
    public static FabricNode Start(Rig rig, ILoggerFactory loggers, FrameClock? clock = null) => Start(rig, null, loggers, clock);

    /// <summary>Starts one node of a rig. It returns when the actors have been made; it joins the others soon after.</summary>
    /// <param name="rig">The whole rig.</param>
    /// <param name="node">The node's name in it, see <see cref="Rig.AllNodes"/>; null for a rig that needs one process alone.</param>
    /// <param name="loggers">Where the node logs.</param>
    /// <param name="clock">The frame clock; the system's unless given.</param>
    /// <param name="seeds">
    /// Addresses (<see cref="Address"/>) of nodes to ask for admission instead of those that the rig names: a child's parent, which alone
    /// knows a port that the system chose. A node without any founds the cluster.
    /// </param>
    /// <exception cref="RigException">The rig has errors; all of them are named.</exception>
    /// <exception cref="ArgumentException">There is no such node, or a name is missing, or there is one too many.</exception>
    public static FabricNode Start(
        Rig rig, string? node, ILoggerFactory loggers, FrameClock? clock = null, ImmutableArray<string> seeds = default)
    {
        ArgumentNullException.ThrowIfNull(rig);
        ArgumentNullException.ThrowIfNull(loggers);
        var faults = RigValidator.Validate(rig);
        if (!faults.IsEmpty) throw new RigException(faults);
        var part = PartOf(rig, node);
        clock ??= FrameClock.System;
        var whole = rig.WithLentSlots();
        rig = part is null ? whole : whole.ForNode(part.Name);

        var cameras = rig.Cameras.Select(static camera => new CameraMeter(camera.Id, camera.SensorKind)).ToImmutableArray();
        var guests = rig.Guests
            .SelectMany(static guest => guest.Cameras, (guest, view) => MeterOf(rig, guest, view, clock))
            .ToImmutableArray();
        var readers = part is null ? [] : rig.Cameras.Select(static camera => new CameraMeter(camera.Id, camera.SensorKind)).ToImmutableArray();
        var board = new StatusBoard(rig.Name, clock, cameras, guests, part?.Name ?? "", readers);
        // A child shows its parent's certificate: to the others it is part of that node.
        var tls = part is not null && whole.Cluster.Tls is { } files ? NodeTls.Load(files, part.Parent ?? part.Name, loggers) : null;
        var links = part is null ? null : NodeLinks.Open(rig, part, tls, loggers);
        var config = part is null ? ReferenceConfig : ClusterConfig.Of(whole, part).WithFallback(ReferenceConfig);
        var setup = ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config), new NodeSetup(loggers));
        if (tls is not null) setup = setup.And(tls.ToSetup());
        var system = ActorSystem.Create(ClusterConfig.SystemName, setup);
        var seat = part is null ? null : SeatOf(whole, part, system);
        var root = FabricActor.Props(
            rig,
            cameras.ToImmutableDictionary(static meter => meter.Id),
            guests.ToImmutableDictionary(static meter => (meter.Guest, meter.Camera)),
            clock,
            loggers,
            seat,
            links,
            readers.ToImmutableDictionary(static meter => meter.Id));
        var started = new FabricNode(
            rig, seat, links, clock, system, system.ActorOf(root, "fabric"), board, loggers.CreateLogger("CameraFabric.Node"));
        if (part is not null)
        {
            Cluster.Get(system).RegisterOnMemberRemoved(started.BeRemoved);
            var asked = seeds.IsDefaultOrEmpty ? ClusterConfig.Seeds(whole) : seeds;
            _ = started.AwaitAdmissionAsync(part.IsCore, asked, whole.Cluster.StableAfter);
            Join(system, asked);
        }

        return started;
    }

    /// <summary>The node as it is now. It does not disturb the frames.</summary>
    /// <param name="cancellation">Gives up.</param>
    public Task<FabricStatus> StatusAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(WithCluster(_board.Read()));
    }

    /// <summary>Stops everything, in order: guests, cameras, actors. Again: the same balance.</summary>
    /// <returns>The final balance: every frame and every request is accounted for.</returns>
    public Task<FabricStatus> StopAsync() => _stop.Value;

    /// <summary>Stops the node unless it is stopped.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private static GuestMeter MeterOf(Rig rig, GuestRig guest, GuestCameraRig view, FrameClock clock)
    {
        var options = rig.Options;
        var limits = new QuarantineLimits(
            guest.Quarantine ?? options.Quarantine, options.QuarantineViolations, options.QuarantineWindow, options.QuarantinePause,
            options.QuarantinePauseMaximum);
        var meter = new GuestMeter(guest.Name, view.Camera, RigValidator.SocketPath(rig, guest, view))
        {
            Quarantine = new QuarantineLedger(limits, clock),
            Face = view.Face,
        };
        meter.Become(view.Role);
        return meter;
    }

    private async Task<FabricStatus> StopOnceAsync()
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await _fabric.Ask<FabricStopped>(StopFabric.Message, _rig.Options.StopTimeout).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            LogNotStopped(_rig.Options.StopTimeout.TotalSeconds);
        }

        _gate?.Open();
        if (_seat is not null) await LeaveAsync(_rig.Options.StopTimeout - Stopwatch.GetElapsedTime(began)).ConfigureAwait(false);
        try
        {
            // An actor that is held up, e.g. by a sensor's driver, must not hold up the process.
            await System.Terminate().WaitAsync(TerminationTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogHeldUp(TerminationTimeout.TotalSeconds);
        }

        _links?.Dispose();
        var status = _board.Read();
        if (!status.Balanced) LogUnbalanced();
        return status;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the node did not stop within {Timeout} s; what still runs is abandoned")]
    private partial void LogNotStopped(double timeout);

    [LoggerMessage(Level = LogLevel.Error, Message = "an actor did not end within {Timeout} s; it is left behind")]
    private partial void LogHeldUp(double timeout);

    [LoggerMessage(Level = LogLevel.Error, Message = "the final balance does not add up: a frame was lost without being counted")]
    private partial void LogUnbalanced();
}

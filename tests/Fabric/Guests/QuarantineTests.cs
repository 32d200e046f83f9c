using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.VhostUser;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Guests;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Status;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Tests.Guests;

/// <summary>A device that was cut off: who waits, for how long, and what lets it in again. Time passes when the test says so.</summary>
public sealed partial class QuarantineTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Without it the genuine kit looks ten times within its patience, and misses what does not last.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private static readonly FabricOptions Options = new() { QuarantineViolations = 3 };
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly RecordingLoggers _loggers = new();
    private readonly ManualFrameClock _clock = new();
    private readonly TestProbe _camera;
    private LineBudget? _lines;

    public QuarantineTests() : base(Akka.Configuration.ConfigurationFactory
        .ParseString($"akka.loggers = []\nakka.scheduler.implementation = \"{typeof(TestScheduler).AssemblyQualifiedName}\"")
        .WithFallback(FabricNode.ReferenceConfig)) => _camera = CreateTestProbe("camera");

    private string SocketPath => Path.Combine(_folder.FullName, "vision.sock");

    private TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void Held_for_an_operator_a_guest_is_refused_at_once_and_counted_until_it_is_released()
    {
        var (device, meter) = Listen(QuarantineRule.Operator);
        Violate(device, "it wrote 3 where 4 must be");
        for (var i = 0; i < 3; i++) UnixSocket.Connect(SocketPath).Dispose();
        AwaitCondition(() => meter.Report().Refused == 3, Patience, Glance);
        var report = meter.Report();
        Assert.Equal((GuestState.Quarantined, "it wrote 3 where 4 must be", true), (report.State, report.Reason, report.IsHeld));
        Assert.Equal((1L, 0L), (report.Violations, report.Connections));
        Assert.Equal("it wrote 3 where 4 must be", report.LastViolations.Single().Reason);

        device.Tell(ReleaseGuest.Message, TestActor);
        Assert.True(ExpectMsg<GuestReleased>(Patience).WasQuarantined);
        Assert.Equal(GuestState.Waiting, meter.State);
        using var again = UnixSocket.Connect(SocketPath);

        _camera.ExpectMsg<JoinCamera>(Patience);
        device.Tell(ReleaseGuest.Message, TestActor);
        Assert.False(ExpectMsg<GuestReleased>(Patience).WasQuarantined);
    }

    [Fact]
    public void After_a_storm_of_violations_connections_wait_longer_and_longer()
    {
        var (device, meter) = Listen();
        for (var i = 0; i < 3; i++) Violate(device, $"violation {i}");
        foreach (var seconds in new[] { 1, 2, 4 })
        {
            using var socket = UnixSocket.Connect(SocketPath);
            AwaitCondition(() => meter.Report().Delayed > 0 && meter.Report().PauseSeconds == seconds, Patience, Glance);
            AwaitCondition(() => _loggers.Lines.Any(line => line.Contains($"waits {seconds} s", StringComparison.Ordinal)), Patience, Glance);
            Pass(seconds - 0.001);
            Assert.False(_camera.HasMessages);
            Assert.Equal(GuestState.Quarantined, meter.State);

            Pass(0.001);
            _camera.ExpectMsg<JoinCamera>(Patience);
            device.Tell(new GuestViolated("once more"));
            _camera.ExpectMsg<LeaveCamera>(Patience);
        }

        Assert.Equal((6L, 3L), (meter.Report().Violations, meter.Report().Delayed));
    }

    [Fact]
    public void An_operator_lets_a_waiting_connection_in_at_once()
    {
        var (device, meter) = Listen();
        for (var i = 0; i < 3; i++) Violate(device, $"violation {i}");
        using var socket = UnixSocket.Connect(SocketPath);
        AwaitCondition(() => meter.Report().Delayed == 1, Patience, Glance);

        device.Tell(ReleaseGuest.Message, TestActor);

        Assert.True(ExpectMsg<GuestReleased>(Patience).WasQuarantined);
        _camera.ExpectMsg<JoinCamera>(Patience);
        Scheduler.Advance(TimeSpan.FromMinutes(5));
        device.Tell(StopGuest.Message, TestActor);
        ExpectMsg<GuestStopped>(Patience);
        _camera.ExpectMsg<LeaveCamera>(Patience);
        Assert.False(_camera.HasMessages);
    }

    [Fact]
    public void A_device_stops_while_a_connection_waits()
    {
        var (device, meter) = Listen();
        for (var i = 0; i < 3; i++) Violate(device, $"violation {i}");
        using var socket = UnixSocket.Connect(SocketPath);
        AwaitCondition(() => meter.Report().Delayed == 1, Patience, Glance);

        device.Tell(StopGuest.Message, TestActor);

        ExpectMsg<GuestStopped>(Patience);
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public void A_guest_that_connects_too_often_waits_without_being_blamed()
    {
        var (_, meter) = Listen(options: RunningFabric.Patient with { ConnectionsPerSecond = 1 });
        for (var i = 0; i < 2; i++)
        {
            using var socket = UnixSocket.Connect(SocketPath);
            _camera.ExpectMsg<JoinCamera>(Patience);
            _camera.Reply(new CameraJoined(ActorRefs.Nobody, ActorRefs.Nobody, SessionRole.Observer, RequestBench.Stream, true));
            AwaitCondition(() => meter.State == GuestState.Connected, Patience, Glance);
            socket.Dispose();
            _camera.ExpectMsg<LeaveCamera>(Patience);
        }

        using var third = UnixSocket.Connect(SocketPath);
        AwaitCondition(() => meter.Report().Delayed == 1, Patience, Glance);
        Assert.False(_camera.HasMessages);
        Assert.Equal((GuestState.Waiting, 0L, 2L), (meter.State, meter.Report().Violations, meter.Report().Connections));

        Pass(1);
        _camera.ExpectMsg<JoinCamera>(Patience);
    }

    [Fact]
    public void A_defect_of_the_node_ends_the_connection_and_the_guest_is_not_to_blame()
    {
        var (device, meter) = Listen(QuarantineRule.Operator);
        using (UnixSocket.Connect(SocketPath))
        {
            _camera.ExpectMsg<JoinCamera>(Patience);
            device.Tell(new GuestViolated("the node failed", IsNode: true));
            _camera.ExpectMsg<LeaveCamera>(Patience);
        }

        using var next = UnixSocket.Connect(SocketPath);
        _camera.ExpectMsg<JoinCamera>(Patience);
        Assert.Equal((GuestState.Waiting, "the node failed", 0L), (meter.State, meter.Report().Reason, meter.Report().Violations));
    }

    [Fact]
    public void Over_a_defect_of_the_node_rings_are_kept_but_not_over_one_that_comes_back_with_them()
    {
        var (device, meter) = Listen();
        Assert.False(IsCalledBrokenAfter(device, isNode: true, meter));
        Pass(30);
        Assert.True(IsCalledBrokenAfter(device, isNode: true, meter));
        Pass(61);
        Assert.False(IsCalledBrokenAfter(device, isNode: true, meter));
        Assert.Equal(0, meter.Report().Violations);
        Assert.True(IsCalledBrokenAfter(device, isNode: false, meter));
        Assert.Equal(1, meter.Report().Violations);
    }

    [Fact]
    public void Violations_by_the_thousand_are_a_few_lines_and_a_count()
    {
        var (device, meter) = Listen(options: RunningFabric.Patient with { QuarantineViolations = 100, ConnectionsPerSecond = 1000 });
        for (var i = 0; i < 60; i++) Violate(device, $"violation {i}");
        AwaitCondition(() => meter.Report().Violations == 60, Patience, Glance);
        Assert.InRange(_loggers.Lines.Count, 1, 20 + 1);

        Pass(LineBudget.While.TotalSeconds);

        AwaitCondition(() => _loggers.Lines.Any(IsSummary), Patience, Glance);
    }

    [Fact]
    public void Lines_left_out_while_a_guest_stays_connected_are_told_also_when_a_line_began_another_while_before()
    {
        var (device, _) = Listen();
        using var socket = UnixSocket.Connect(SocketPath);
        _camera.ExpectMsg<JoinCamera>(Patience);
        Say(device, 15);
        Pass(5);
        Say(device, 10);
        Pass(6);

        // The first count comes with this line, which begins another while; the timer of the first one ends within that.
        Say(device, 25);
        Assert.Single(_loggers.Lines, IsSummary);
        Pass(4);
        Release(device);
        Assert.Single(_loggers.Lines, IsSummary);

        Pass(LineBudget.While.TotalSeconds);
        AwaitCondition(() => _loggers.Lines.Count(IsSummary) == 2, Patience, Glance);
        Assert.False(_camera.HasMessages);
    }

    // As the device's back-end does, on a thread of its own; what the device has to do about it is done when this returns.
    private void Say(IActorRef device, int lines)
    {
        var log = new DeviceLogger(_loggers.CreateLogger("CameraFabric.VhostUser"), _lines!, "vision/front");
        for (var i = 0; i < lines; i++) SayLine(log, i);
        Release(device);
    }

    private void Release(IActorRef device)
    {
        device.Tell(ReleaseGuest.Message, TestActor);
        ExpectMsg<GuestReleased>(Patience);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "said {Number}")]
    private static partial void SayLine(ILogger logger, int number);

    private static bool IsSummary(string line) => line.Contains("more lines about it were left out", StringComparison.Ordinal);

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Delete(recursive: true);
    }

    /// <summary>A connection that is cut off: whether the front-end, by a ring's error descriptor, is told not to bring its rings back.</summary>
    private bool IsCalledBrokenAfter(IActorRef device, bool isNode, GuestMeter meter)
    {
        using var error = EventFd.Create();
        using var frontEnd = new VhostUserFrontend(UnixSocket.Connect(SocketPath), Patience);
        _camera.ExpectMsg<JoinCamera>(Patience);
        _camera.Reply(new CameraJoined(ActorRefs.Nobody, ActorRefs.Nobody, SessionRole.Observer, RequestBench.Stream, true));
        frontEnd.SetVringErr(0, error.Descriptor);
        _ = frontEnd.GetFeatures(); // answered in order, so the descriptor is there
        device.Tell(new GuestViolated("something failed", isNode));
        _camera.ExpectMsg<LeaveCamera>(Patience);
        AwaitCondition(() => meter.State != GuestState.Connected, Patience, Glance);
        Assert.Throws<VhostUserException>(() => frontEnd.GetFeatures());
        return error.TryConsume(out _);
    }

    private void Pass(double seconds)
    {
        _clock.Advance((long)(seconds * 1e9));
        Scheduler.Advance(TimeSpan.FromSeconds(seconds));
    }

    private void Violate(IActorRef device, string reason)
    {
        using var socket = UnixSocket.Connect(SocketPath);
        _camera.ExpectMsg<JoinCamera>(Patience);
        device.Tell(new GuestViolated(reason));
        _camera.ExpectMsg<LeaveCamera>(Patience);
    }

    private (IActorRef Device, GuestMeter Meter) Listen(QuarantineRule rule = QuarantineRule.Reconnect, FabricOptions? options = null)
    {
        options ??= Options;
        var view = new GuestCameraRig { Camera = "front" };
        var guest = new GuestRig { Name = "vision", Cameras = [view] };
        var meter = new GuestMeter("vision", "front", SocketPath)
        {
            Quarantine = new QuarantineLedger(
                new QuarantineLimits(rule, options.QuarantineViolations, options.QuarantineWindow, options.QuarantinePause,
                    options.QuarantinePauseMaximum),
                _clock),
        };
        var settings = new SessionSettings(
            guest, view, SocketPath, _camera.Ref, meter, new SessionIds(), options, _clock, _loggers);
        _lines = settings.Lines;
        var device = Sys.ActorOf(GuestDeviceActor.Props(settings));
        _camera.ExpectMsg<DescribeCamera>(Patience);
        _camera.Reply(new CameraDescribed(RequestBench.Profile));

        // The file is there a moment before anybody listens.
        AwaitCondition(() => _loggers.Lines.Any(static line => line.Contains("listening on", StringComparison.Ordinal)), Patience, Glance);
        return (device, meter);
    }
}

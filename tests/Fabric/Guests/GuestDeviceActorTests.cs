using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Guests;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Guests;

public sealed class GuestDeviceActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Without it the genuine kit looks ten times within its patience, and misses what does not last.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly RecordingLoggers _loggers = new();
    private readonly TestProbe _camera;

    public GuestDeviceActorTests() : base(FabricNode.ReferenceConfig.WithFallback("akka.loggers = []")) =>
        _camera = CreateTestProbe("camera");

    private string SocketPath => Path.Combine(_folder.FullName, "vision.sock");

    [Fact]
    public void A_device_stops_although_the_camera_has_not_yet_answered_for_a_front_end_that_has_connected()
    {
        var device = Listen();
        using var frontEnd = UnixSocket.Connect(SocketPath);
        _camera.ExpectMsg<JoinCamera>(Patience);

        device.Tell(StopGuest.Message, TestActor);

        ExpectMsg<GuestStopped>(Patience);
        _camera.ExpectMsg<LeaveCamera>(Patience);
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public void A_session_that_becomes_ready_after_the_stop_is_not_served_any_more()
    {
        var device = Listen();
        using var frontEnd = UnixSocket.Connect(SocketPath);
        _camera.ExpectMsg<JoinCamera>(Patience);
        var session = _camera.LastSender;

        device.Tell(StopGuest.Message, TestActor);
        device.Tell(SessionReady.Message, session);

        ExpectMsg<GuestStopped>(Patience);
        Assert.DoesNotContain(_loggers.Lines, static line => line.Contains("a front-end has connected", StringComparison.Ordinal));
    }

    [Fact]
    public void A_session_that_becomes_ready_after_its_guest_was_quarantined_is_not_served_and_the_next_one_is()
    {
        var device = Listen();
        using (UnixSocket.Connect(SocketPath))
        {
            _camera.ExpectMsg<JoinCamera>(Patience);
            var session = _camera.LastSender;
            device.Tell(new GuestViolated("it did what must not be done"));
            device.Tell(SessionReady.Message, session);
            _camera.ExpectMsg<LeaveCamera>(Patience);
        }

        using var next = UnixSocket.Connect(SocketPath);
        _camera.ExpectMsg<JoinCamera>(Patience);
        Assert.DoesNotContain(_loggers.Lines, static line => line.Contains("a front-end has connected", StringComparison.Ordinal));
        device.Tell(StopGuest.Message, TestActor);
        ExpectMsg<GuestStopped>(Patience);
    }

    [Fact]
    public void A_device_that_failed_itself_listens_again_and_can_be_stopped()
    {
        var device = Listen();
        device.Tell(new ConnectionEnded(null!));

        _camera.ExpectMsg<DescribeCamera>(Patience);
        device.Tell(new CameraDescribed(RequestBench.Profile));
        AwaitCondition(() => _loggers.Lines.Count(static line => line.Contains("listening on", StringComparison.Ordinal)) == 2, Patience, Glance);
        using var frontEnd = UnixSocket.Connect(SocketPath);
        _camera.ExpectMsg<JoinCamera>(Patience);
        device.Tell(StopGuest.Message, TestActor);

        ExpectMsg<GuestStopped>(Patience);
        Assert.False(File.Exists(SocketPath));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Delete(recursive: true);
    }

    private IActorRef Listen()
    {
        var view = new GuestCameraRig { Camera = "front" };
        var guest = new GuestRig { Name = "vision", Cameras = [view] };
        var device = Sys.ActorOf(GuestDeviceActor.Props(new SessionSettings(
            guest, view, SocketPath, _camera.Ref, new GuestMeter("vision", "front", SocketPath), new SessionIds(), RunningFabric.Patient,
            FrameClock.System, _loggers)));
        _camera.ExpectMsg<DescribeCamera>(Patience);
        _camera.Reply(new CameraDescribed(RequestBench.Profile));

        // The file is there a moment before anybody listens.
        AwaitCondition(() => _loggers.Lines.Any(static line => line.Contains("listening on", StringComparison.Ordinal)), Patience, Glance);
        return device;
    }
}

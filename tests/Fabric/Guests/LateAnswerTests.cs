using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
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

namespace CameraFabric.Fabric.Tests.Guests;

/// <summary>A guest dies while its camera works on its command.</summary>
public sealed class LateAnswerTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Without it the genuine kit looks ten times within its patience, and misses what does not last.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf");
    private readonly RecordingLoggers _loggers = new();
    private readonly TestProbe _camera;

    public LateAnswerTests() : base(FabricNode.ReferenceConfig.WithFallback("akka.loggers = []")) => _camera = CreateTestProbe("camera");

    [Fact]
    public void The_cameras_late_answer_finds_nobody_and_the_next_connection_begins_afresh()
    {
        var path = Path.Combine(_folder.FullName, "vision.sock");
        var view = new GuestCameraRig { Camera = "front", Role = SessionRole.Owner };
        var guest = new GuestRig { Name = "vision", Cameras = [view] };
        var meter = new GuestMeter("vision", "front", path);
        var settings = new SessionSettings(
            guest, view, path, _camera.Ref, meter, new SessionIds(), RunningFabric.Patient, FrameClock.System, _loggers);
        Sys.ActorOf(GuestDeviceActor.Props(settings));
        _camera.ExpectMsg<DescribeCamera>(Patience);
        _camera.Reply(new CameraDescribed(RequestBench.Profile));
        AwaitCondition(() => _loggers.Lines.Any(static line => line.Contains("listening on", StringComparison.Ordinal)), Patience, Glance);
        ulong first;
        IActorRef session;
        using (var raw = Connect(path, out first))
        {
            raw.Send(CameraCommand.Configure, new ConfigureCommand(0, 1), RawGuest.Wire(RequestBench.Stream));
            var asked = _camera.ExpectMsg<ConfigureCamera>(Patience);
            session = _camera.LastSender;
            Assert.Equal(first, asked.Session);
            Watch(session);
        }

        Assert.Equal(first, _camera.ExpectMsg<LeaveCamera>(Patience).Session);
        ExpectTerminated(session, Patience);
        session.Tell(new CameraConfigured(1, CameraStatus.Ok, RequestBench.Stream, 2));

        using var next = Connect(path, out var second);
        Assert.NotEqual(first, second);
        Assert.Equal(CameraStatus.Ok, next.Ask(CameraCommand.GetControls, new ControlsCommand(default, 0)).Status);
        var report = meter.Report();
        Assert.Equal((GuestState.Connected, 2L, 0L, 0L), (report.State, report.Connections, report.Violations, report.RequestsWaiting));
        Assert.Equal(1, settings.Budget.Memory.Regions);
        Assert.DoesNotContain(_loggers.Lines, static line => line.Contains("a defect", StringComparison.Ordinal));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Delete(recursive: true);
    }

    private RawGuest Connect(string path, out ulong session)
    {
        var connecting = Task.Factory.StartNew(
            () => new RawGuest(path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        session = _camera.ExpectMsg<JoinCamera>(Patience).Session.Id;
        _camera.Reply(new CameraJoined(ActorRefs.Nobody, ActorRefs.Nobody, SessionRole.Owner, RequestBench.Stream, true));
        Assert.True(connecting.Wait(Patience));
        return connecting.Result;
    }
}

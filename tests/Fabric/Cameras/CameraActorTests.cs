using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Links;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Fabric.Tests.Cameras;

/// <summary>A camera whose own actor fails: a defect, which must not cost more than its sessions.</summary>
public sealed class CameraActorTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Without it the genuine kit looks ten times within its patience, and misses what does not last.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private static readonly object Defect = new JoinCamera(null!, "nobody", MayAcquire: false);
    private readonly StepSensors _sensors = new();
    private readonly CameraMeter _meter = new("front", "fake");
    private readonly CameraMemory _memory;
    private readonly TestProbe _session;
    private readonly IActorRef _camera;
    private readonly LinkListener _listener;
    private ulong _sessions;

    public CameraActorTests() : base(FabricNode.ReferenceConfig.WithFallback("akka.loggers = []"))
    {
        _session = CreateTestProbe("session");
        var rig = new CameraRig { Id = "front", Sensor = _sensors.Open, SensorKind = "fake", Stream = RequestBench.Stream, Slots = 4 };
        var options = new FabricOptions { SensorStopTimeout = TimeSpan.FromSeconds(20), WatchdogFloor = TimeSpan.FromSeconds(10), FirstFrameAllowance = TimeSpan.FromSeconds(60) };
        var links = LinkBench.Patient;
        _listener = new LinkListener("here", links, TimeProvider.System, NullLogger.Instance);
        var seat = new HomeSeat("here", 0, NodeFence.Always, _listener, links);
        _memory = new CameraMemory(rig, _meter, options, FrameClock.System, NullLoggerFactory.Instance, seat);
        _camera = Sys.ActorOf(CameraActor.Props(rig, _memory, _meter, options, FrameClock.System, NullLoggerFactory.Instance), "front");
    }

    [Fact]
    public void After_a_defect_sessions_are_told_to_come_back_and_frame_numbers_go_on()
    {
        Stream();
        var last = Look();

        _camera.Tell(Defect);
        _session.FishForMessage<CameraFailed>(_ => true, Patience);
        Stream();

        Assert.True(Look() > last);
        Stop();
    }

    [Fact]
    public void A_stop_survives_a_defect_and_every_lease_comes_back()
    {
        Stream();
        Look();
        _sensors.Expose(3);

        _camera.Tell(StopCamera.Message, _session.Ref);
        _camera.Tell(Defect);

        _session.FishForMessage<CameraStopped>(_ => true, Patience);
        Assert.Equal(0, _memory.Sensor.Pools.InUse);
        Assert.Equal(_sensors.Opened, _sensors.Disposed);
        Assert.Empty(_sensors.Faults);
        Assert.True(_meter.Report(0).Balanced);
    }

    [Fact]
    public void A_home_that_stops_takes_neither_sessions_nor_links_of_readers_any_more()
    {
        using var held = new ManualResetEventSlim();
        Stream();
        _camera.Tell(new AttachReader(1, "far", 0, 0, null), _session.Ref);
        _session.FishForMessage<ReaderAttached>(_ => true, Patience);
        _sensors.Hang(held);
        AwaitCondition(() => _sensors.Hanging == 1, Patience, Glance);

        _camera.Tell(StopCamera.Message, _session.Ref);
        _camera.Tell(new JoinRemote(99, "late", SessionRole.Observer, MayAcquire: false, IsStreaming: true, null, []), _session.Ref);
        _camera.Tell(new OpenLink(1, 5), _session.Ref);
        _camera.Tell(new ReaderPulse(1, 2), _session.Ref);
        try
        {
            // Whatever comes before the answer to the pulse is not what those would have been answered with.
            for (var told = _session.ReceiveOne(Patience); told is not HomePulse; told = _session.ReceiveOne(Patience))
            {
                Assert.False(told is null or RemoteJoined or LinkOffered or LinkOpened, $"{told}");
            }
        }
        finally
        {
            held.Set();
        }

        _session.FishForMessage<CameraStopped>(_ => true, Patience);
    }

    private void Stream()
    {
        var entry = new FanOutSession(++_sessions, SessionRole.Observer, new GuestMeter("guest", "front", "nowhere"), _session.Ref, 4);
        _camera.Tell(DescribeCamera.Message, _session.Ref);
        _session.FishForMessage<CameraDescribed>(_ => true, Patience);
        _camera.Tell(new JoinCamera(entry, "guest", MayAcquire: false));
        _camera.Tell(new ConfigureCamera(1, entry.Id, RequestBench.Stream));
        var configured = _session.FishForMessage<CameraConfigured>(_ => true, Patience);
        _camera.Tell(new StartStream(2, entry.Id, configured.Generation, []));
        Assert.Equal(CameraStatus.Ok, _session.FishForMessage<StreamAnswered>(_ => true, Patience).Status);
    }

    // The number of the next frame.
    private ulong Look()
    {
        var answer = new TaskCompletionSource<FrameLease>(TaskCreationOptions.RunContinuationsAsynchronously);
        _camera.Tell(new HoldCapture(new TakeFrame(answer)));
        AwaitCondition(
            () =>
            {
                _sensors.ExposeAnother();
                return answer.Task.IsCompleted;
            },
            Patience, Glance);
        using var lease = answer.Task.GetAwaiter().GetResult();
        _camera.Tell(ReleaseCapture.Message);
        return lease.Frame.Header.Sequence;
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _listener.Dispose();
    }

    private void Stop()
    {
        _camera.Tell(StopCamera.Message, _session.Ref);
        _session.FishForMessage<CameraStopped>(_ => true, Patience);
        Assert.Equal(0, _memory.Sensor.Pools.InUse);
        Assert.True(_meter.Report(0).Balanced);
    }
}

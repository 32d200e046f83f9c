using Akka.Actor;
using Akka.TestKit.Xunit2;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Readers;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Fabric.Tests.Placement;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Messages;

/// <summary>Whatever another node says, of whatever type and with whatever content, fails nobody.</summary>
public sealed class AnyMessageTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly RecordingLoggers _loggers = new();

    public AnyMessageTests() : base(FabricNode.ReferenceConfig.WithFallback("akka.loggers = []"))
    {
    }

    [Fact]
    public void A_home_handles_anything()
    {
        var sensors = new StepSensors();
        var rig = new CameraRig { Id = "front", Sensor = sensors.Open, SensorKind = "fake", Stream = RequestBench.Stream, Slots = 4 };
        var (options, meter) = (RunningFabric.Patient, new CameraMeter("front", "fake"));
        var seat = new HomeSeat("here", 1, NodeFence.Always, null, new());
        var memory = new CameraMemory(rig, meter, options, FrameClock.System, _loggers, seat);
        var home = Sys.ActorOf(CameraActor.Props(rig, memory, meter, options, FrameClock.System, _loggers), "front");
        home.Tell(new AttachReader(1, "far", 1, 0, null), TestActor);
        FishForMessage(static message => message is ReaderAttached, Patience);

        Throw(home, static message => message is AttachReader attach ? attach with { Epoch = 1, Attachment = 1 } : message);

        home.Tell(DescribeCamera.Message, TestActor);
        FishForMessage(static message => message is CameraDescribed, Patience);
        home.Tell(StopCamera.Message, TestActor);
        FishForMessage(static message => message is CameraStopped, Patience);
        NothingFailed();
    }

    [Fact]
    public void A_reader_handles_anything()
    {
        var rig = new CameraRig { Id = "front", Sensor = new StepSensors().Open, SensorKind = "fake", Stream = RequestBench.Stream, Slots = 4 };
        var settings = new ReaderSettings(
            rig, "here", "here", new CameraMeter("front", "fake"), RunningFabric.Patient, new(), FrameClock.System, TimeProvider.System, NodeFence.Always, _loggers)
        {
            Locate = (_, _) => TestActor,
        };
        var reader = Sys.ActorOf(CameraReaderActor.Props(settings, new ReaderMemory(settings)), "front");
        var table = PlacementTable.Empty with
        {
            Assignments = PlacementTable.Empty.Assignments.Add("front", new Assignment("front", PlacementRig.Run("a"), 1, false, HomeLoss.None)),
        };
        reader.Tell(new PlacementChanged(table, PlacementRig.Run("b")));
        var attach = (AttachReader)FishForMessage(static message => message is AttachReader, Patience);
        foreach (var page in ProfilePages.Split(attach.Attachment, RequestBench.Profile)) reader.Tell(page, TestActor);
        reader.Tell(new ReaderAttached(attach.Attachment, "far", 1, 1, RequestBench.Stream, 1, true), TestActor);
        FishForMessage(static message => message is OpenLink, Patience);

        Throw(reader, static message => message);

        reader.Tell(StopReader.Message, TestActor);
        FishForMessage(static message => message is ReaderStopped, Patience);
        NothingFailed();
    }

    [Fact]
    public void Placement_and_fence_handle_anything()
    {
        var rig = PlacementRig.Of(["a", "b"], PlacementRig.Camera("front", "a"));
        var seat = new NodeSeat(PlacementRig.Node("a"), 0, PlacementRig.Run("a"), NodeFence.Always);
        var settings = new PlacementSettings(rig, seat, new FakeCluster(), FrameClock.System, _loggers);
        foreach (var actor in new[] { Sys.ActorOf(PlacementActor.Props(settings), "placement"), Sys.ActorOf(FenceActor.Props(settings), "fence") })
        {
            actor.Tell(PlacementRig.View("a", PlacementRig.Member("a"), PlacementRig.Member("b")));

            Throw(actor, static message => message);
        }

        NothingFailed();
    }

    private void Throw(IActorRef actor, Func<IFabricMessage, IFabricMessage> change)
    {
        Properties.Hold(
            decisions =>
            {
                foreach (var message in AnyMessages.Of(decisions)) actor.Tell(change(message), TestActor);
            },
            scenarios: 60);
        actor.Tell(new Identify(7), TestActor);
        FishForMessage(static message => message is ActorIdentity { MessageId: 7 }, Patience);
    }

    private void NothingFailed() =>
        Assert.DoesNotContain(_loggers.Lines, static line => line.Contains("a defect", StringComparison.Ordinal));
}

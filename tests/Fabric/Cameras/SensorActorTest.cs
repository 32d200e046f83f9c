using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Platform;
using CameraFabric.Sensors;
using CameraFabric.Sensors.Frames;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Fabric.Tests.Cameras;

/// <summary>A sensor's actor between a camera and a fan-out that the test plays, over sensors that do what the test says.</summary>
public abstract class SensorActorTest : TestKit
{
    internal const long Millisecond = 1_000_000;
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Without it the genuine kit looks ten times within its patience, and misses what does not last.
    internal static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    internal static readonly StartCapture Wanted = new(RequestBench.Stream, 1);
    internal readonly StepSensors _sensors = new();
    internal readonly ManualFrameClock _clock = new();
    internal readonly CameraMeter _meter = new("front", "fake");
    internal SensorMemory? _memory;
    internal readonly TestProbe _camera;
    internal readonly TestProbe _fanOut;
    internal FabricOptions _options = new()
    {
        WatchdogTick = TimeSpan.FromMilliseconds(1), WatchdogFloor = TimeSpan.FromMilliseconds(30), FirstFrameAllowance = TimeSpan.Zero,
        RestartDelay = TimeSpan.FromMilliseconds(1), RestartDelayMaximum = TimeSpan.FromMilliseconds(4),
        SensorStopTimeout = Patience,
    };

    protected SensorActorTest() : base(FabricNode.ReferenceConfig.WithFallback("akka.loggers = []"))
    {
        _camera = CreateTestProbe("camera");
        _fanOut = CreateTestProbe("fan-out");
    }

    internal IActorRef Start(SensorFactory? open = null, int frozenAfter = 0, FrameClock? clock = null)
    {
        var rig = new CameraRig
        {
            Id = "front", Sensor = open ?? _sensors.Open, SensorKind = "fake", Stream = RequestBench.Stream, Slots = 4, FrozenAfter = frozenAfter,
        };
        _memory = new SensorMemory(rig, _options);
        var props = SensorActor.Props(rig, _memory, _fanOut.Ref, _meter, _options, clock ?? _clock, NullLogger.Instance);
        return Sys.ActorOf(Props.Create(() => new Supervisor(props, _camera.Ref)));
    }

    internal ulong TakeFrame()
    {
        var frame = _fanOut.FishForMessage<Frame>(_ => true, Patience);
        var sequence = frame.Header.Sequence;
        frame.Return();
        return sequence;
    }

    internal void Close(IActorRef sensor)
    {
        sensor.Tell(CloseSensor.Message, _camera.Ref);
        Assert.True(_camera.FishForMessage<SensorClosed>(_ => true, Patience).InTime);
    }

    /// <summary>Stands where the camera's actor stands: restarts, and passes on in both directions.</summary>
    private sealed class Supervisor : UntypedActor
    {
        private readonly IActorRef _told;
        private readonly IActorRef _sensor;

        public Supervisor(Props sensor, IActorRef told)
        {
            _told = told;
            _sensor = Context.ActorOf(sensor, "sensor");
        }

        protected override SupervisorStrategy SupervisorStrategy() =>
            new OneForOneStrategy(-1, -1, static _ => Directive.Restart, loggingEnabled: false);

        protected override void OnReceive(object message)
        {
            if (Sender.Equals(_sensor)) _told.Forward(message);
            else _sensor.Forward(message);
        }
    }
}

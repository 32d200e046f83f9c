using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Readers;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Fabric.Tests.Readers;

public sealed class AllocationTests : IDisposable
{
    private const int Frames = 2000;
    private readonly ActorSystem _system = ActorSystem.Create("alone", FabricNode.ReferenceConfig.WithFallback("akka.loggers = []"));
    private readonly TestFrames _frames = new();
    private readonly CameraMeter _meter = new("front", "fake");

    public void Dispose()
    {
        _system.Terminate().Wait(TimeSpan.FromSeconds(30));
        _frames.Dispose();
    }

    [Fact]
    public void A_frame_that_comes_over_a_link_allocates_nothing_on_its_way_to_the_readers_sessions()
    {
        var state = new FanOutState("front", _meter, FrameClock.System, new FabricOptions(), NullLogger.Instance);
        var fanOut = _system.ActorOf(FanOutActor.Props(state));
        var entry = new FanOutSession(1, SessionRole.Observer, new GuestMeter("guest", "front", "nowhere"), ActorRefs.Nobody, 4);
        fanOut.Tell(new BeginStream(entry, 1));
        var intake = new FrameIntake(_meter, FrameClock.System, new FrameWatchdog(3, 1));
        intake.Begin(fanOut, ActorRefs.Nobody);
        var carrier = intake.Open(1, new LinkMeter(), countsGap: false);
        Run(carrier);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(carrier);
        var perFrame = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Frames;

        Assert.Equal(2 * Frames, entry.Meter.Offered);
        Assert.True(perFrame < 1, $"{perFrame} bytes a frame");
    }

    // A frame that another thread handles is waited for, so that a slot is free for the next.
    private void Run(FrameCarrier carrier)
    {
        for (var i = 0; i < Frames; i++)
        {
            var target = _meter.FannedOut + 1;
            carrier.Received(_frames.Make());
            while (_meter.FannedOut < target || _frames.Pool.Free < _frames.Pool.Slots) Thread.Yield();
        }
    }
}

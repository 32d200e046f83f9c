using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Sensors.Frames;
using Xunit.Abstractions;

namespace CameraFabric.Fabric.Tests.Links;

public sealed class LinkAllocationTests(ITestOutputHelper output)
{
    [Theory]
    [MemberData(nameof(LinkTests.Carriers), MemberType = typeof(LinkTests))]
    public void A_frame_that_is_sent_and_received_allocates_nothing(bool overUnix, bool isSealed)
    {
        const int warmUp = 500;
        const int count = 2000;
        using var frames = new LinkFrames(isSealed: isSealed);
        using var bench = new LinkBench();
        using var sink = new CountingSink();
        var (sender, _) = bench.Connect(overUnix, sink);

        Run(sender, frames, sink, warmUp);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Run(sender, frames, sink, count);
        var perFrame = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)count;

        output.WriteLine($"{perFrame} bytes a frame");
        Assert.Equal(warmUp + count, bench.Got.Received);
        Assert.True(perFrame < 8, $"{perFrame} bytes a frame");
    }

    private static void Run(LinkSender sender, LinkFrames frames, CountingSink sink, int count)
    {
        for (var i = 0; i < count; i++)
        {
            // A slot that was released is back a moment after its frame was received.
            Frame? frame;
            while ((frame = frames.TryMake()) is null) Thread.Yield();
            sender.Offer(frame);
            frame.Return();
            Assert.True(sink.Came.Wait(RunningFabric.Patience));
        }
    }

    private sealed class CountingSink : ILinkSink, IDisposable
    {
        public SemaphoreSlim Came { get; } = new(0);

        public void Received(Frame frame)
        {
            frame.Return();
            Came.Release();
        }

        public void Missed(ulong sequence, ulong controlSet, FrameDropReason reason, int count) => Came.Release(count);

        public void ControlSetLost(ControlSetLost lost)
        {
        }

        public void SourceLost()
        {
        }

        public void Broken(string reason)
        {
        }

        public void Dispose() => Came.Dispose();
    }
}

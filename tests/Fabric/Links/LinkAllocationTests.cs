using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.Links;

public sealed class LinkAllocationTests
{
    // Bytes of what is made once and kept, such as a lock's event when two threads first meet at it. The least object in each frame would be 72,000.
    private const long OnceInALife = 512;

    // Of each thread by itself: what the runner of the tests allocates beside it is not a link's.
    [Theory]
    [MemberData(nameof(LinkTests.Carriers), MemberType = typeof(LinkTests))]
    public void A_frame_that_is_sent_and_received_allocates_nothing_on_any_thread_of_the_link(bool overUnix, bool isSealed)
    {
        const int warmUp = 500;
        const int count = 3000;
        using var frames = new LinkFrames(isSealed: isSealed);
        var clock = new ThreadAllocations();
        using var bench = new LinkBench { Clock = clock };
        using var sink = new CountingSink();
        var (sender, _) = bench.Connect(overUnix, sink);

        Run(sender, frames, sink, warmUp);
        var before = clock.OfEachThread();
        var offering = Run(sender, frames, sink, count);
        var after = clock.OfEachThread();

        Assert.Equal(warmUp + count, bench.Got.Received);
        Assert.Equal(2, after.Length);
        long[] grown = [.. after.Zip(before, static (now, then) => now - then), offering];
        Assert.All(grown, static bytes => Assert.InRange(bytes, 0, OnceInALife));
    }

    private static long Run(LinkSender sender, LinkFrames frames, CountingSink sink, int count)
    {
        long offering = 0;
        for (var i = 0; i < count; i++)
        {
            // A slot that was released is back a moment after its frame was received.
            Frame? frame;
            while ((frame = frames.TryMake()) is null) Thread.Yield();
            var before = GC.GetAllocatedBytesForCurrentThread();
            sender.Offer(frame);
            offering += GC.GetAllocatedBytesForCurrentThread() - before;
            frame.Return();
            Assert.True(sink.Came.Wait(RunningFabric.Patience));
        }

        return offering;
    }

    /// <summary>A clock that notes, whenever it is asked, what the asking thread has allocated in its life: both ends ask it once a frame.</summary>
    private sealed class ThreadAllocations : FrameClock
    {
        private readonly long[] _bytes = new long[1 << 16];

        public override long Now
        {
            get
            {
                Volatile.Write(ref _bytes[Environment.CurrentManagedThreadId % _bytes.Length], GC.GetAllocatedBytesForCurrentThread());
                return System.Now;
            }
        }

        public override bool WaitUntil(long deadlineNanoseconds, CancellationToken stop) => System.WaitUntil(deadlineNanoseconds, stop);

        public long[] OfEachThread() => [.. _bytes.Where(static bytes => bytes != 0)];
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

        public void Ended(LinkEnd end)
        {
        }

        public void Dispose() => Came.Dispose();
    }
}

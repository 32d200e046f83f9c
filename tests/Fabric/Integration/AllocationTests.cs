using System.Diagnostics;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Transport;
using Xunit.Abstractions;

namespace CameraFabric.Fabric.Tests.Integration;

public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int WarmUp = 1000;
    private const int Frames = 2000;
    private const int Buffers = 4;

    [Theory]
    [InlineData(SessionRole.Observer)]
    [InlineData(SessionRole.Owner)]
    public async Task A_delivered_frame_allocates_nothing(SessionRole role)
    {
        await using var fabric = RunningFabric.Start(
            [RunningFabric.Camera("front", sensor: context => new PacedSensor(context, periodNanoseconds: 2_000_000))],
            [RunningFabric.Guest("cluster", "front", role)]);
        var socket = fabric.Socket("cluster", "front");
        await fabric.ListensAsync(socket);
        var loop = new Resubmitter();
        using var driver = CameraDriver.Connect(socket, loop,
            new CameraDriverOptions { Transport = new VirtioTransportOptions { MemoryBytes = 16 << 20 } });
        driver.GetCapabilities();
        driver.Configure(RequestBench.Stream);
        driver.AttachBuffers(Buffers);
        loop.Begin(driver, WarmUp, WarmUp + Frames);
        driver.Start();

        Assert.True(loop.Warm.Wait(RunningFabric.Patience));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var began = Stopwatch.GetTimestamp();
        Assert.True(loop.Done.Wait(RunningFabric.Patience));
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await fabric.StopAsync();

        var text = $"{allocated} bytes for {Frames} frames in {seconds} s";
        output.WriteLine(text);
        Assert.Equal(0, loop.Failed);

        // What is left is the timers' (once a second a session looks at its deadlines), not the frames': the slower the machine, the more
        // of it comes to a frame.
        Assert.True(allocated < (Frames * 8) + (seconds * 8192), text);
    }

    private sealed class Resubmitter : ICameraListener
    {
        private CameraDriver? _driver;
        private int _warmAt;
        private int _doneAt;
        private int _delivered;

        public ManualResetEventSlim Warm { get; } = new();

        public ManualResetEventSlim Done { get; } = new();

        public int Failed { get; private set; }

        public void Begin(CameraDriver driver, int warmAt, int doneAt)
        {
            (_driver, _warmAt, _doneAt) = (driver, warmAt, doneAt);
            for (var buffer = 0; buffer < Buffers; buffer++)
            {
                Assert.True(driver.TryRent(out var request));
                request.Buffer = buffer;
                driver.Submit(request);
            }
        }

        public void Completed(CameraRequest request)
        {
            if (Done.IsSet) return;
            if (request.Status == CameraStatus.Ok) _delivered++;
            if (_delivered == _warmAt) Warm.Set();
            if (_delivered == _doneAt) Done.Set();
            if (Done.IsSet) return;
            var buffer = request.Buffer;
            _driver!.Return(request);
            if (!_driver.TryRent(out var next)) return;
            next.Buffer = buffer;
            _driver.Submit(next);
        }

        public void Received(in CameraEvent occurred, ReadOnlySpan<ReportedControl> controls)
        {
        }

        public void ConfigChanged()
        {
        }

        public void Violated(string what) => Failed++;

        public void Disconnected(string reason)
        {
        }
    }
}

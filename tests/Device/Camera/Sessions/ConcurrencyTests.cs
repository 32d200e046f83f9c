using System.Collections.Concurrent;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>The session's thread and the delivery's meet at a request: one of them ends it.</summary>
public sealed class ConcurrencyTests
{
    [Fact]
    public void Flush_and_delivery_race_and_every_request_comes_back_once()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        rig.Stream();
        rig.Host.IsQuiet = true;
        var frame = rig.Capture(1);
        var given = new ConcurrentQueue<ChainRequest>();
        var done = new ConcurrentQueue<ChainRequest>();
        using var stop = new CancellationTokenSource();
        var delivery = new Thread(() => Deliver(frame, given, done, stop.Token));
        delivery.Start();
        var sent = new List<SessionRig.Sent>();
        var order = new List<SessionRig.Sent>();
        for (ulong id = 1; id <= 400; id++)
        {
            var request = rig.Request(id, (uint)(id % 4), room: 128);
            sent.Add(request);
            if (rig.Host.Last is { } armed && armed.RequestId == id) given.Enqueue(armed);
            if (id % 3 == 0)
            {
                var flush = rig.Command(CameraCommand.Flush, new GenerationCommand(rig.Session.Generation, 0));
                Assert.True(SpinWait.SpinUntil(() => Take() && flush.IsAnswered, TimeSpan.FromSeconds(20)), "the flush was not answered");
            }

            Take();
            rig.Reap(CameraWire.RequestQueue, order);
        }

        rig.Session.Stop();
        Assert.True(SpinWait.SpinUntil(() => Take() && rig.Session.InFlight == 0, TimeSpan.FromSeconds(20)), "requests are still held");
        stop.Cancel();
        Assert.True(delivery.Join(TimeSpan.FromSeconds(20)));
        rig.Reap(CameraWire.RequestQueue, order);
        frame.Return();
        Assert.Equal(sent.Count, order.Count);
        Assert.Equal(sent.Count, rig.Session.Counters.RequestsEnded);
        Assert.All(order, s => Assert.Contains(s.Status, new[] { CameraStatus.Ok, CameraStatus.Cancelled, CameraStatus.Invalid }));

        bool Take()
        {
            while (done.TryDequeue(out var request)) rig.Session.OnRequestCompleted(request);
            rig.Session.OnTick();
            return true;
        }
    }

    private static void Deliver(
        Frame frame, ConcurrentQueue<ChainRequest> given, ConcurrentQueue<ChainRequest> done, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (!given.TryDequeue(out var request) || !request.TryClaim()) continue;
            if (request.BeginWrite())
            {
                frame.Pixels.CopyTo(request.Target(0).Writable);
                request.EndWrite();
                request.Complete(frame);
            }
            else
            {
                request.Fail(CameraStatus.Cancelled);
            }

            done.Enqueue(request);
        }
    }
}

using CameraFabric.Guest.Camera;

namespace CameraFabric.Guest.Tests.Camera;

public sealed class CompletionQueueTests
{
    [Fact]
    public void Requests_come_out_in_order_across_threads()
    {
        const int Count = 2000;
        using var queue = new CompletionQueue(Count);
        var requests = Enumerable.Range(0, Count).Select(i => new CameraRequest(null!, i)).ToArray();
        var putting = new Thread(() => Array.ForEach(requests, queue.Put)) { IsBackground = true };
        putting.Start();
        foreach (var request in requests)
        {
            Assert.True(queue.TryTake(CameraBench.Patience, out var taken));
            Assert.Same(request, taken);
        }

        putting.Join();
        Assert.False(queue.TryTake(TimeSpan.Zero, out _));
    }

    [Fact]
    public void Waking_ends_one_wait_empty_handed_and_loses_no_request()
    {
        using var queue = new CompletionQueue(2);
        queue.Wake();
        Assert.False(queue.TryTake(CameraBench.Patience, out _));
        queue.Wake();
        queue.Put(new CameraRequest(null!, 7));
        Assert.True(queue.TryTake(CameraBench.Patience, out var request));
        Assert.Equal(7, request!.Slot);
    }

    [Fact]
    public void More_than_there_are_is_a_defect_and_told()
    {
        using var queue = new CompletionQueue(1);
        queue.Put(new CameraRequest(null!, 0));
        Assert.Throws<InvalidOperationException>(() => queue.Put(new CameraRequest(null!, 1)));
    }
}

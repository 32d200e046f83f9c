using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.Links;

public sealed class LinkQueueTests
{
    [Fact]
    public void Whatever_comes_and_goes_every_frame_is_taken_or_noted_once_in_order_with_its_set() => Properties.Hold(decisions =>
    {
        const int room = 3;
        using var frames = new LinkFrames(slots: room + 2);
        var meter = new LinkMeter();
        var queue = new LinkQueue(room, notes: 1000, meter);
        var sets = new Dictionary<ulong, ulong>();
        ulong offered = 0, next = 1;
        while (decisions.AreLeft)
        {
            switch (decisions.Below(4))
            {
                case 0 or 1:
                    var set = decisions.Below(3) == 0 ? offered + 100 : 0;
                    var frame = frames.Make(set);
                    sets[++offered] = set;
                    queue.Add(frame);
                    frame.Return();
                    break;
                case 2:
                    if (queue.TryTake(credit: decisions.Below(3) == 0, out var item)) next = Account(item, next, sets);
                    break;
                default:
                    if (decisions.Below(10) == 0) queue.DropFrames(FrameDropReason.LinkDown);
                    break;
            }

            Assert.True(frames.Pool.Slots - frames.Pool.Free <= room);
        }

        while (queue.TryTake(credit: true, out var item)) next = Account(item, next, sets);
        Assert.Equal(offered + 1, next);
        Assert.Equal(frames.Pool.Slots, frames.Pool.Free);
        Assert.Equal((long)offered, meter.Offered);
    });

    [Fact]
    public void More_notes_than_may_wait_are_found_out()
    {
        var queue = new LinkQueue(frames: 2, notes: 4, new LinkMeter());
        for (ulong set = 1; set <= 4; set++) queue.Add(new LinkMissed(set, set, 0, 1));
        Assert.False(queue.HasOverflowed);

        queue.Add(new LinkMissed(5, 5, 0, 1));

        Assert.True(queue.HasOverflowed);
    }

    [Fact]
    public void What_waits_when_the_queue_is_closed_is_given_back_and_counted()
    {
        using var frames = new LinkFrames();
        var meter = new LinkMeter();
        var queue = new LinkQueue(frames: 2, notes: 4, meter);
        for (var i = 0; i < 3; i++)
        {
            var frame = frames.Make();
            queue.Add(frame);
            frame.Return();
        }

        queue.Close();

        Assert.Equal(frames.Pool.Slots, frames.Pool.Free);
        Assert.Equal((3, 1, 2), ((int)meter.Offered, (int)meter.Dropped[(int)FrameDropReason.LinkBusy], (int)meter.Dropped[(int)FrameDropReason.LinkDown]));
        Assert.False(queue.TryTake(credit: true, out _));
    }

    private static ulong Account(in LinkItem item, ulong next, Dictionary<ulong, ulong> sets)
    {
        if (item.Frame is { } frame)
        {
            Assert.Equal((next, sets[next]), (frame.Header.Sequence, frame.Header.ControlSet));
            frame.Return();
            return next + 1;
        }

        Assert.Equal(next + (ulong)item.Note.Count - 1, item.Note.Sequence);
        for (var number = next; number < item.Note.Sequence; number++) Assert.Equal(0ul, sets[number]);
        Assert.Equal(sets[item.Note.Sequence], item.Note.ControlSet);
        return item.Note.Sequence + 1;
    }
}

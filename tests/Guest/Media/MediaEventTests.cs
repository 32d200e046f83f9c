using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;

namespace CameraFabric.Guest.Tests.Media;

/// <summary>What a Linux driver takes for granted of events, and the driver here does not.</summary>
public sealed class MediaEventTests
{
    [Fact]
    public void A_returned_buffer_can_be_taken_and_its_event_buffer_goes_back()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Stream(2);

        for (var i = 0u; i < 40; i++)
        {
            bench.Device.Return(session.Id, i % 2, sequence: i);
            Assert.True(session.TryDequeue(MediaBench.Patience, out var buffer));
            Assert.Equal((i % 2, i), (buffer.Index, buffer.Sequence));
            Assert.Equal(0, session.QueueBuffer((int)buffer.Index));
        }

        Assert.Empty(bench.Violations);
    }

    [Fact]
    public void A_second_DQBUF_for_one_QBUF_is_told()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Stream(2);

        bench.Device.Return(session.Id, 1);
        bench.Device.Return(session.Id, 1);

        Assert.Contains("buffer 1 twice for one QBUF", bench.NextViolation(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_DQBUF_after_STREAMOFF_is_told()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Stream(2);
        Assert.Equal(0, session.StreamOff());

        bench.Device.Return(session.Id, 0);

        Assert.Contains("it came after STREAMOFF", bench.NextViolation(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_buffer_that_there_is_not_is_told()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Stream(2);

        bench.Device.Return(session.Id, 2);

        Assert.Contains("buffer 2 of 2", bench.NextViolation(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(607)]
    public void An_event_that_is_cut_is_told_and_its_buffer_goes_back(int bytes)
    {
        using var bench = MediaBench.Connect();
        var session = bench.Stream(1);

        bench.Device.Return(session.Id, 0, bytes);

        Assert.Contains($"{bytes} bytes", bench.NextViolation(), StringComparison.Ordinal);
        Assert.False(session.TryDequeue(out _));
        Assert.True(SpinWait.SpinUntil(() => bench.Device.EventBuffers == 16, MediaBench.Patience));
    }

    [Fact]
    public void An_event_of_no_known_type_is_told()
    {
        using var bench = MediaBench.Connect();

        bench.Device.Tell(BitConverter.GetBytes(3UL));

        Assert.Contains("type 3", bench.NextViolation(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_ERROR_event_gives_the_session_up_and_is_told()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Stream(1);
        var told = new byte[16];
        CameraWire.Write(told, new MediaEventHeader(MediaEvent.Error, session.Id));
        told[8] = 5;

        bench.Device.Tell(told);

        Assert.Contains("an ERROR event (5)", bench.NextViolation(), StringComparison.Ordinal);
        Assert.False(session.TryDequeue(MediaBench.Patience, out _));
        Assert.Equal(5, session.Lost);
    }

    [Fact]
    public void Held_events_stay_in_the_ring_and_their_buffers_with_the_guest()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Stream(1);
        bench.Driver.HoldEvents = true;

        bench.Device.Return(session.Id, 0);
        Assert.Equal(0, bench.Driver.Open(out _));      // a command later, nothing has happened
        Assert.False(session.TryDequeue(out _));
        Assert.Equal(15, bench.Device.EventBuffers);

        bench.Driver.HoldEvents = false;
        Assert.True(session.TryDequeue(MediaBench.Patience, out _));
        Assert.True(SpinWait.SpinUntil(() => bench.Device.EventBuffers == 16, MediaBench.Patience));
    }

    [Fact]
    public void With_SEND_INITIAL_the_event_is_there_when_SUBSCRIBE_returns()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Open();
        bench.Driver.HoldEvents = true;                 // the worker is late: only SUBSCRIBE itself looks
        var told = new byte[MediaV4l2Event.Bytes];
        CameraWire.Write(told, new MediaV4l2Event(
            new MediaEventHeader(MediaEvent.Event, session.Id), new V4l2Event { Type = V4l2EventType.Control }));
        bench.Device.Asked = _ => bench.Device.Tell(told);

        Assert.Equal(0, session.Subscribe(new V4l2EventSubscription
        {
            Type = V4l2EventType.Control, Flags = V4l2SubscriptionFlags.SendInitial,
        }));

        Assert.True(session.TryTakeEvent(out var occurred));
        Assert.Equal(V4l2EventType.Control, occurred.Type);
    }
}

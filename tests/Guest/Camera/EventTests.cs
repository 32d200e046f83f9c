using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Guest.Tests.Camera;

public sealed class EventTests
{
    [Fact]
    public void Event_buffers_go_round()
    {
        using var bench = CameraBench.Open(CameraBench.Options with { EventBuffers = 16 });
        for (var i = 0; i < 100; i++)
        {
            bench.Camera.Event(CameraEventType.FrameDrop, (uint)DropReason.Overrun, (ulong)i, 3, lost: 1);
            var arrived = i + 1;
            bench.WaitFor(() => bench.Events.Count == arrived, $"event {arrived}");
        }

        Assert.Empty(bench.Violations);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (ulong)i), bench.Events.Select(e => e.Event.Sequence));
    }

    [Fact]
    public void Changed_controls_come_with_their_event()
    {
        using var bench = CameraBench.Open();
        var packet = new byte[256];
        var writer = new ControlPacketWriter(packet, 2);
        Assert.True(writer.TryAdd(ControlCatalogue.ExposureTime.Id, (byte)ControlType.Int64, 1, BitConverter.GetBytes(42L)));
        Assert.True(writer.TryAdd(0x8000_0001, 200, 3, default));      // of a type from the future
        bench.Camera.Event(CameraEventType.ControlChanged, 0, 5, 0, packet.AsSpan(0, writer.Finish()));
        bench.WaitFor(() => bench.Events.Count == 1, "the event arrives");
        var controls = bench.Events.Single().Controls;
        Assert.Equal(42, controls[0].Value.AsInt64());
        Assert.Equal((0x8000_0001u, 0), (controls[1].Id, controls[1].Value.Count));
    }

    [Fact]
    public void An_empty_buffer_is_no_event_and_is_posted_again()
    {
        using var bench = CameraBench.Open(CameraBench.Options with { EventBuffers = 16 });
        for (var i = 0; i < 40; i++)
        {
            bench.Camera.RawEvent([]);
            bench.Camera.Event(CameraEventType.Source, (uint)SourceEvent.Back, 0, 0);
            var arrived = i + 1;
            bench.WaitFor(() => bench.Events.Count == arrived, $"event {arrived}");
        }

        Assert.Empty(bench.Violations);
    }

    [Fact]
    public void Events_that_cannot_be_right_are_told_and_left_out()
    {
        using var bench = CameraBench.Open();
        var number = 0;
        Lie(new byte[20], "20 bytes", 0);
        Lie(Event(1, length: 999), "claims 999 bytes", 0);
        Lie(Event(1, length: 3), "claims 3 bytes", 0);
        Lie(Event(5), "event 5 after event 0", 1);
        Lie(Event(5), "event 5 after event 5", 2);
        Lie([.. Event(6, CameraEventType.ControlChanged, CameraEvent.Bytes + 20), .. Enumerable.Repeat((byte)0xFF, 20)], "control packet",
            2);
        bench.Camera.RawEvent(Event(7));
        bench.WaitFor(() => bench.Events.Count == 3, "the honest event arrives");
        Assert.Equal(number, bench.Violations.Count);

        void Lie(byte[] bytes, string message, int events)
        {
            bench.Camera.RawEvent(bytes);
            number++;
            bench.WaitFor(() => bench.Violations.Count == number && bench.Events.Count == events, message);
            Assert.Contains(message, bench.Violations.Last());
        }
    }

    [Fact]
    public void Any_bytes_are_an_event_or_told_as_a_violation()
    {
        using var bench = CameraBench.Open();
        var random = new Random(1);
        for (var i = 1; i <= 500; i++)
        {
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            var isLike = random.Next(3) > 0;
            if (isLike) Event((ulong)i, (CameraEventType)random.Next(10), random.Next(60, 200)).CopyTo(bytes = new byte[200], 0);
            bench.Camera.RawEvent(bytes);

            // The driver lives: an honest event behind it arrives, whatever was said of the one before.
            var before = bench.Events.Count;
            bench.Camera.RawEvent(Event((ulong)i));
            bench.WaitFor(() => bench.Events.Count > before && bench.Events.Last().Event.Type == CameraEventType.Stream, $"event {i}");
        }

        Assert.NotEmpty(bench.Violations);
        Assert.All(bench.Violations, violation => Assert.Contains("event", violation, StringComparison.Ordinal));
    }

    private static byte[] Event(ulong sequence, CameraEventType type = CameraEventType.Stream, int length = CameraEvent.Bytes) =>
        ScriptedCamera.Bytes(new CameraEvent(type, 0, (uint)length, sequence, 0, 0, 0, 0, 0, 0, 0));
}

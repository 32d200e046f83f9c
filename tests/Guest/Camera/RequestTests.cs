using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Transport;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Guest.Tests.Camera;

public sealed class RequestTests
{
    [Fact]
    public void A_request_brings_a_frame_with_its_result()
    {
        using var bench = CameraBench.Streaming();
        var before = FrameClock.System.Now;
        var request = bench.Submit(2, r =>
        {
            r.SetControl(ControlCatalogue.ExposureTime.Id, ControlValue.From(1L));
            r.SetControl(ControlCatalogue.AnalogueGain.Id, ControlValue.FromFixedRaw(65536));
            r.SetControl(ControlCatalogue.ExposureTime.Id, ControlValue.From(5_000_000L));
            r.Strict = true;
            r.TargetFrame = 101;
            r.TimeoutNanoseconds = 77;
            r.Tag = 9;
        });
        bench.WaitForRequests(1);
        var held = bench.Camera.Peek();
        Assert.Equal((1UL, 7u, RequestFlags.Strict, 101UL, 77UL),
            (held.Header.RequestId, held.Header.Generation, held.Header.Flags, held.Header.TargetFrame, held.Header.TimeoutNanoseconds));
        Assert.Equal(2u, held.Buffer);
        Assert.Equal(2, held.Controls.Count);
        Assert.True(bench.Camera.Frame());
        Assert.Same(request, bench.TakeCompleted());
        Assert.Null(request.Violation);
        Assert.Equal((CameraStatus.Ok, 100UL, 0u, 9L), (request.Status, request.Frame, request.DroppedBefore, request.Tag));
        Assert.InRange(request.Done, before, request.Seen);
        Assert.Equal(128 * 96, request.BytesUsed);
        Assert.True(request.TryGetReported(ControlCatalogue.ExposureTime.Id, out var told));
        Assert.Equal((ItemFlags.Applied, 5_000_000L), (told.Flags, told.Value.AsInt64()));
        Assert.False(request.TryGetReported(1234, out _));
        var pixels = bench.Driver.Pixels(2);
        Assert.Equal(request.Checksum, Crc32C.Compute(pixels));
        Assert.True(FrameStamp.TryRead(bench.Driver.Stream.Layout!, pixels, out var truth));
        Assert.Equal((100UL, 5_000_000L), (truth.Sequence, truth.ExposureTime));
    }

    [Fact]
    public void Requests_go_round_and_ids_go_up()
    {
        using var bench = CameraBench.Streaming(3);
        var last = 0UL;
        for (var i = 0; i < 3; i++) bench.Submit(i);
        for (var i = 0; i < 300; i++)
        {
            bench.WaitForRequests(1);
            bench.Camera.Frame();
            var request = bench.TakeCompleted();
            Assert.Null(request.Violation);
            Assert.True(request.Id > last);
            last = request.Id;
            bench.Driver.Submit(request);
        }

        Assert.Equal(300UL + 3, bench.Camera.Peek().Header.RequestId + 2);
        Assert.Empty(bench.Violations);
    }

    [Fact]
    public void Dropped_frames_are_told_in_the_next_result()
    {
        using var bench = CameraBench.Streaming(1);
        var request = bench.Submit(0);
        bench.WaitForRequests(1);
        bench.Camera.Frame();
        bench.TakeCompleted();
        bench.Camera.Frame();
        bench.Camera.Frame();
        bench.Driver.Submit(request);
        bench.WaitForRequests(1);
        bench.Camera.Frame();
        Assert.Equal((103UL, 2u), (bench.TakeCompleted().Frame, request.DroppedBefore));
        bench.WaitFor(() => bench.Events.Count == 2, "both drops are told");
        Assert.All(bench.Events, e =>
            Assert.Equal((CameraEventType.FrameDrop, (uint)DropReason.NoRequest, 1u), (e.Event.Type, e.Event.Code, e.Event.Argument)));
    }

    [Theory]
    [InlineData(CameraStatus.NoSource)]
    [InlineData(CameraStatus.FrameLost)]
    [InlineData(CameraStatus.Timeout)]
    public void A_request_without_a_frame_ends_with_its_status(CameraStatus status)
    {
        using var bench = CameraBench.Streaming(1);
        var request = bench.Submit(0);
        bench.WaitForRequests(1);
        bench.Camera.Fail(status);
        Assert.Equal((status, 0, 0), (bench.TakeCompleted().Status, request.BytesUsed, request.Reported.Length));
        Assert.Null(request.Violation);
        bench.Driver.Submit(request);
    }

    [Fact]
    public void Stopping_ends_every_request_once()
    {
        using var bench = CameraBench.Streaming(4);
        for (var i = 0; i < 4; i++) bench.Submit(i);
        bench.WaitForRequests(4);
        bench.Driver.Stop();
        Assert.Equal(4,
            Enumerable.Range(0, 4).Select(_ => bench.TakeCompleted()).Where(r => r.Status == CameraStatus.Cancelled).Distinct().Count());
        Assert.Equal(0, bench.Driver.InFlight);
        Assert.False(bench.TryTakeCompleted(out _));
    }

    [Fact]
    public void A_buffer_or_a_request_cannot_be_in_two_places()
    {
        using var bench = CameraBench.Streaming(2, CameraBench.Options with { MaximumInFlight = 2 });
        Assert.Equal(2, bench.Driver.MaximumInFlight);
        var request = bench.Submit(0);
        Assert.Throws<InvalidOperationException>(() => bench.Driver.Submit(request));
        Assert.Throws<InvalidOperationException>(() => bench.Driver.Return(request));
        Assert.Throws<InvalidOperationException>(() => request.SetControl(1, ControlValue.From(1)));
        Assert.True(bench.Driver.TryRent(out var other));
        Assert.False(bench.Driver.TryRent(out _));
        other.Buffer = 0;
        Assert.Contains("buffer 0 is in another request",
            Assert.Throws<InvalidOperationException>(() => bench.Driver.Submit(other)).Message);
        other.Buffer = 2;
        Assert.Contains("2 buffers are attached", Assert.Throws<InvalidOperationException>(() => bench.Driver.Submit(other)).Message);
        bench.Driver.Return(other);
        Assert.Throws<InvalidOperationException>(() => bench.Driver.Submit(other));
        Assert.True(bench.Driver.TryRent(out _));
        using var second = CameraBench.Streaming(1);
        Assert.Throws<InvalidOperationException>(() => second.Driver.Submit(other));
    }

    [Fact]
    public void Controls_that_do_not_fit_are_refused_before_anything_is_sent()
    {
        using var bench = CameraBench.Streaming(1, script: c => c.Config = c.Config with { MaximumRequestBytes = 200 });
        Assert.True(bench.Driver.TryRent(out var request));
        for (var id = 1u; id <= 20; id++) request.SetControl(id, ControlValue.From((long)id));
        Assert.Contains("do not fit", Assert.Throws<ArgumentException>(() => bench.Driver.Submit(request)).Message);
        request.ClearControls();
        bench.Driver.Submit(request);
        bench.WaitForRequests(1);
        Assert.Equal(1, bench.Driver.InFlight);
    }

    public static TheoryData<string, Func<byte[], byte[]>> Lies => new()
    {
        { "0 bytes; its header alone has 72", _ => [] },
        { "71 bytes", b => b[..71] },
        { "claims 4294967295 bytes", b => Result(b, r => r with { Header = r.Header with { Length = uint.MaxValue } }) },
        { "claims 0 bytes", b => Result(b, r => r with { Header = r.Header with { Length = 0 } }) },
        { "with tag 99", b => Result(b, r => r with { Header = r.Header with { Tag = 99 } }) },
        { "for request 98", b => Result(b, r => r with { RequestId = 98 }) },
        { "status 15 is not known", b => Result(b, r => r with { Header = r.Header with { Status = (CameraStatus)15 } }) },
        { "0 buffer results", b => Result(b, r => r with { BufferCount = 0 }) },
        { "4294967295 buffer results", b => Result(b, r => r with { BufferCount = uint.MaxValue }) },
        { "4294967295 bytes of metadata", b => Result(b, r => r with { MetadataBytes = uint.MaxValue }) },
        { "buffer 1 of stream 0", b => Buffer(b, r => r with { BufferId = 1 }) },
        { "buffer 0 of stream 1", b => Buffer(b, r => r with { StreamId = 1 }) },
        { "buffer says Internal", b => Buffer(b, r => r with { Status = CameraStatus.Internal }) },
        { "bytes used in plane 0, which has 8192", b => Buffer(b, r => r with { BytesUsed = Used(r.BytesUsed, 0, 8193) }) },
        { "1 bytes used in plane 2, which has 0", b => Buffer(b, r => r with { BytesUsed = Used(r.BytesUsed, 2, 1) }) },
        { "metadata: control packet", b => Metadata(b) },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_result_that_cannot_be_right_is_found_out_and_the_stream_goes_on(string message, Func<byte[], byte[]> lie)
    {
        using var bench = CameraBench.Streaming(1);
        bench.Camera.Result = lie;
        var request = bench.Submit(0, r => r.SetControl(ControlCatalogue.ExposureTime.Id, ControlValue.From(5L)));
        bench.WaitForRequests(1);
        bench.Camera.Frame();
        Assert.Same(request, bench.TakeCompleted());
        Assert.NotNull(request.Violation);
        Assert.Contains(message, request.Violation);
        Assert.Equal(0, request.Reported.Length);
        bench.Camera.Result = honest => honest;
        bench.Driver.Submit(request);
        bench.WaitForRequests(1);
        bench.Camera.Frame();
        Assert.Null(bench.TakeCompleted().Violation);
    }

    [Theory]
    [InlineData(63u, 0u, 1, "names descriptor 63")]
    [InlineData(uint.MaxValue, 0u, 1, "names descriptor")]
    [InlineData(0u, 0x7FFF_FFFFu, 1, "claims 2147483647 bytes")]
    [InlineData(0u, 0u, 9, "runs 9 entries ahead")]
    public void A_ring_that_lies_ends_the_connection(uint id, uint written, int usedIndex, string message)
    {
        using var bench = CameraBench.Streaming(1);
        bench.Submit(0);
        bench.WaitForRequests(1);
        var ram = bench.Driver.Transport.Ram;
        var queue = bench.Driver.Transport.Queue(CameraWire.RequestQueue);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(ram.Write(queue.UsedRing + 4, 4), id);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(ram.Write(queue.UsedRing + 8, 4), written);
        ram.WriteUInt16(queue.UsedRing + 2, (ushort)usedIndex);
        ((ITransportListener)bench.Driver).QueueCalled(CameraWire.RequestQueue);
        var end = Assert.Single(bench.Ends);
        Assert.Contains("queue 2", end);
        Assert.Contains(message, end);
        Assert.False(bench.TryTakeCompleted(out _));
        Assert.Equal(CameraFailure.Disconnected, Assert.Throws<CameraDriverException>(() => bench.Driver.Flush()).Failure);
        Assert.True(SpinWait.SpinUntil(() => bench.Camera.End is not null, CameraBench.Patience),
            "the device sees the end of the connection");
    }

    [Fact]
    public void A_request_that_is_never_answered_blocks_nothing_else()
    {
        using var bench = CameraBench.Streaming(2);
        bench.Submit(0);
        bench.WaitForRequests(1);
        bench.Driver.SampleClock();
        bench.Camera.Event(CameraEventType.Stream, (uint)StreamEvent.Timeout, 0, 0);
        bench.WaitFor(() => bench.Events.Count == 1, "the event arrives");
        Assert.False(bench.TryTakeCompleted(out _));
    }

    [Fact]
    public void Sending_and_receiving_requests_allocates_nothing()
    {
        using var bench = CameraBench.Streaming(1, script: c => c.Arrived = camera =>
        {
            while (camera.Waiting > 0) camera.Frame();
        });
        using var done = new ManualResetEventSlim();
        var rounds = 0;
        long before = 0, least = long.MaxValue;
        bench.OnCompleted = request =>
        {
            // Only this thread is measured: the device of the test allocates as it likes. A lock that is contended for the first time makes
            // itself an event once; so the quietest of ten stretches counts, and one byte a frame would still be seen in it.
            if (++rounds % 100 == 0)
            {
                var now = GC.GetAllocatedBytesForCurrentThread();
                if (rounds > 100) least = Math.Min(least, now - before);
                before = now;
            }

            if (rounds == 1100)
            {
                done.Set();
                return;
            }

            request.ClearControls();
            request.SetControl(ControlCatalogue.ExposureTime.Id, ControlValue.From(rounds * 1000L));
            bench.Driver.Submit(request);
        };
        bench.Submit(0);
        Assert.True(done.Wait(CameraBench.Patience));
        Assert.Equal(0, least);
    }

    private static byte[] Result(byte[] bytes, Func<ResultHeader, ResultHeader> how)
    {
        CameraWire.Write(bytes, how(CameraWire.Read<ResultHeader>(bytes)));
        return bytes;
    }

    private static byte[] Buffer(byte[] bytes, Func<BufferResult, BufferResult> how)
    {
        var at = bytes.AsSpan(ResultHeader.Bytes);
        CameraWire.Write(at, how(CameraWire.Read<BufferResult>(at)));
        return bytes;
    }

    private static byte[] Metadata(byte[] bytes)
    {
        bytes.AsSpan(ResultHeader.Bytes + BufferResult.Bytes).Fill(0xFF);
        return bytes;
    }

    private static PlaneNumbers Used(PlaneNumbers used, int plane, uint bytes)
    {
        used[plane] = bytes;
        return used;
    }
}

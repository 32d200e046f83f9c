using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.GuestMemory;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>BUF_ATTACH and BUF_DETACH: what a buffer must be, and what a frame does with it.</summary>
public sealed class BufferTests
{
    private const int LumaBytes = SessionRig.Width * SessionRig.Height;
    private const int ChromaBytes = LumaBytes / 2;

    [Fact]
    public void Pieces_in_any_number_of_slices_make_one_buffer_and_the_frame_fills_them_in_order()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var pieces = new[] { 100, 1000, 948, 24, 1000 }.Select(length =>
            (Place: rig.Allocate(length + 64), Length: length, Plane: 0)).ToArray();
        Assert.Equal(SessionRig.FrameBytes, pieces.Sum(piece => piece.Length));
        Assert.Equal(CameraStatus.Ok, rig.AttachPieces(9, pieces.AsSpan(0, 2), AttachFlags.More).Status);
        Assert.Equal(CameraStatus.Ok, rig.AttachPieces(9, pieces.AsSpan(2, 1), AttachFlags.More, first: 2).Status);
        Assert.Equal(CameraStatus.Ok, rig.AttachPieces(9, pieces.AsSpan(3), first: 3).Status);
        rig.Start();
        var sent = rig.Request(1, 9);
        var frame = rig.Capture(1, rig.Host.Last!.ControlSet);
        rig.Deliver(rig.Host.Last!, Count(rig, frame));
        Assert.Equal(CameraStatus.Ok, sent.Status);
        var at = 0;
        foreach (var piece in pieces)
        {
            for (var i = 0; i < piece.Length; i++) Assert.Equal((byte)(at++ % 251), rig.Memory.Bytes.Read(piece.Place + i, 1)[0]);
            Assert.Equal(0, rig.Memory.Bytes.Read(piece.Place + piece.Length, 1)[0]);
        }
    }

    [Fact]
    public void Planes_may_lie_apart_and_be_larger_than_needed()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var luma = rig.Allocate(LumaBytes + 64);
        var chroma = rig.Allocate(ChromaBytes);
        Assert.Equal(CameraStatus.Ok, rig.AttachPieces(0, [(luma, LumaBytes + 64, 0), (chroma, ChromaBytes, 1)]).Status);
        rig.Start();
        var sent = rig.Request(1, 0);
        rig.Deliver(rig.Host.Last!, Count(rig, rig.Capture(1, rig.Host.Last!.ControlSet)));
        Assert.Equal("2048, 1024, 0, 0", sent.BufferResult.BytesUsed.ToString());
        Assert.Equal(0, rig.Memory.Bytes.Read(luma + LumaBytes, 1)[0]); // the plane's surplus is not written
        Assert.Equal((byte)(LumaBytes % 251), rig.Memory.Bytes.Read(chroma, 1)[0]);
    }

    [Fact]
    public void Pieces_that_lie_side_by_side_become_one_target()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var place = rig.Allocate(SessionRig.FrameBytes);
        Assert.Equal(CameraStatus.Ok, rig.AttachPieces(0, [(place, 1024, 0), (place + 1024, 1024, 0), (place + 2048, 1024, 0)]).Status);
        rig.Start();
        rig.Request(1, 0);
        Assert.Equal(1, rig.Host.Last!.TargetCount);
        Assert.Equal(SessionRig.FrameBytes, rig.Host.Last!.TargetBytes);
    }

    [Fact]
    public void A_buffer_that_cannot_hold_the_frame_is_invalid_and_forgotten()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var place = rig.Allocate(2 * SessionRig.FrameBytes);
        Invalid((place, SessionRig.FrameBytes - 1, 0));
        Invalid((place, LumaBytes - 1, 0), (place + LumaBytes, ChromaBytes + 1, 1));
        Invalid((place, LumaBytes, 0), (place + LumaBytes, ChromaBytes - 1, 1));
        Invalid((place, LumaBytes, 1), (place + LumaBytes, ChromaBytes, 0));
        Invalid((place, SessionRig.FrameBytes, 1));
        Invalid((place, LumaBytes, 0), (place + LumaBytes, ChromaBytes, 2));
        Invalid((place, LumaBytes, 0), (place + LumaBytes, ChromaBytes, int.MaxValue));
        Assert.Equal(0, rig.Session.AttachedBuffers);
        Assert.Equal(0, rig.Session.AttachedBytes);

        void Invalid(params ReadOnlySpan<(int, int, int)> pieces) => Assert.Equal(CameraStatus.Invalid, rig.AttachPieces(0, pieces).Status);
    }

    [Theory]
    [InlineData(0ul, 3072u)] // below guest memory
    [InlineData(TestMemory.GuestBase + (4 << 20), 3072u)] // behind it
    [InlineData(TestMemory.GuestBase + (4 << 20) - 3071, 3072u)] // one byte reaches beyond
    [InlineData(TestMemory.GuestBase, 0u)]
    [InlineData(TestMemory.GuestBase, uint.MaxValue)]
    [InlineData(TestMemory.GuestBase, 0x80000000u)]
    [InlineData(ulong.MaxValue, 3072u)] // wraps
    [InlineData(ulong.MaxValue - 3071, 3072u)]
    public void A_piece_that_is_not_wholly_in_guest_memory_is_invalid(ulong address, uint length)
    {
        using var rig = new SessionRig(change: options => options with { MaximumBufferBytes = long.MaxValue });
        rig.Configure();
        var entry = SessionRig.BytesOf(new MemoryEntry(address, length, 0));
        var body = new AttachBufferCommand(rig.Session.Generation, 0, 0, 1, 0, 0);
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.AttachBuffer, body, entry).Status);
        Assert.Equal(0, rig.Session.AttachedBuffers);
    }

    [Fact]
    public void A_slice_out_of_turn_is_invalid_and_takes_the_buffer_with_it()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var place = rig.Allocate(SessionRig.FrameBytes);
        Assert.Equal(CameraStatus.Invalid, rig.AttachPieces(0, [(place, 1024, 0)], first: 1).Status); // begins in the middle
        Assert.Equal(CameraStatus.Ok, rig.AttachPieces(0, [(place, 1024, 0)], AttachFlags.More).Status);
        Assert.Equal(CameraStatus.Invalid,
            rig.AttachPieces(0, [(place + 1024, 1024, 0)], AttachFlags.More, first: 2).Status); // leaves one out
        Assert.Equal(0, rig.Session.AttachedBuffers);
        Assert.Equal(CameraStatus.Ok, rig.AttachPieces(0, [(place, 1024, 0)], AttachFlags.More).Status);
        Assert.Equal(CameraStatus.Ok, rig.AttachPieces(0, [(place, SessionRig.FrameBytes, 0)]).Status); // begins anew
        Assert.Equal(SessionRig.FrameBytes, rig.Session.AttachedBytes);
    }

    [Fact]
    public void Counts_that_lie_are_invalid()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var place = rig.Allocate(SessionRig.FrameBytes);
        Assert.Equal(CameraStatus.Invalid, rig.AttachPieces(0, [(place, SessionRig.FrameBytes, 0)], count: 2).Status);
        Assert.Equal(CameraStatus.Invalid,
            rig.AttachPieces(0, [(place, SessionRig.FrameBytes, 0)], count: 0x10000001).Status); // times 16 wraps to 16
        Assert.Equal(CameraStatus.Invalid, rig.AttachPieces(0, [(place, SessionRig.FrameBytes, 0)], count: 0).Status);
        Assert.Equal(CameraStatus.Invalid, rig.AttachPieces(0, [(place, SessionRig.FrameBytes, 0)], first: uint.MaxValue).Status);
    }

    [Fact]
    public void A_buffer_cannot_be_attached_twice_nor_an_unknown_one_detached()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var place = rig.Attach(3);
        Assert.Equal(CameraStatus.Invalid, rig.AttachPieces(3, [(place, SessionRig.FrameBytes, 0)]).Status);
        Assert.Equal(1, rig.Session.AttachedBuffers);
        Assert.Equal(CameraStatus.Invalid, Detach(rig, 4).Status);
        Assert.Equal(CameraStatus.Invalid,
            rig.Command(CameraCommand.DetachBuffer, new DetachBufferCommand(rig.Session.Generation, 1, 3, 0)).Status);
        Assert.Equal(CameraStatus.Ok, Detach(rig, 3).Status);
        Assert.Equal(CameraStatus.Invalid, Detach(rig, 3).Status);
    }

    [Fact]
    public void The_limits_on_buffers_entries_and_bytes_are_kept()
    {
        using var rig = new SessionRig(change: options => options with
        {
            MaximumBuffers = 2, MinimumBuffers = 1, MaximumBufferEntries = 4, MaximumBufferBytes = 2 * SessionRig.FrameBytes + 100,
        });
        rig.Configure();
        var place = rig.Allocate(2 * SessionRig.FrameBytes);
        rig.Attach(0);
        Assert.Equal(CameraStatus.NoMemory,
            rig.AttachPieces(1, [(place, 8, 0), (place, 8, 0), (place, 8, 0), (place, 8, 0), (place, SessionRig.FrameBytes, 0)]).Status);
        Assert.Equal(CameraStatus.NoMemory, rig.AttachPieces(1, [(place, SessionRig.FrameBytes + 101, 0)]).Status);
        Assert.Equal(SessionRig.FrameBytes, rig.Session.AttachedBytes);
        rig.Attach(1);
        Assert.Equal(CameraStatus.NoMemory, rig.AttachPieces(2, [(place, 8, 0)], AttachFlags.More).Status);
        Assert.Equal(CameraStatus.Ok, Detach(rig, 0).Status);
        rig.Attach(2);
    }

    [Fact]
    public void Attaching_and_detaching_without_end_leaves_nothing_behind()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var place = rig.Allocate(SessionRig.FrameBytes);
        for (uint i = 0; i < 200; i++)
        {
            Assert.Equal(CameraStatus.Ok, rig.AttachPieces(i, [(place, SessionRig.FrameBytes, 0)]).Status);
            Assert.Equal(CameraStatus.Ok, Detach(rig, i).Status);
        }

        Assert.Equal((0, 0L), (rig.Session.AttachedBuffers, rig.Session.AttachedBytes));
    }

    [Fact]
    public void A_buffer_in_a_request_is_busy()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(1, 0);
        Assert.Equal(CameraStatus.Busy, Detach(rig, 0).Status);
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet));
        Assert.Equal(CameraStatus.Ok, sent.Status);
        Assert.Equal(CameraStatus.Ok, Detach(rig, 0).Status);
    }

    private static SessionRig.Sent Detach(SessionRig rig, uint buffer) =>
        rig.Command(CameraCommand.DetachBuffer, new DetachBufferCommand(rig.Session.Generation, 0, buffer, 0));

    // Pixels that say where they belong.
    private static CameraFabric.Sensors.Frames.Frame Count(SessionRig rig, CameraFabric.Sensors.Frames.Frame frame)
    {
        using var file = rig.Pool.File.Map(CameraFabric.Platform.MapAccess.ReadWrite);
        var pixels = file.Write(frame.Handle.Slot * rig.Pool.SlotBytes + CameraFabric.Sensors.Frames.FrameHeader.PixelOffset,
            SessionRig.FrameBytes);
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i % 251);
        return frame;
    }
}

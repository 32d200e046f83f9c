using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>What a result says.</summary>
public sealed class ResultTests
{
    [Fact]
    public void A_result_says_which_frame_and_when()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(9, 1);
        rig.Deliver(rig.Host.Last!,
            rig.Capture(77, rig.Host.Last!.ControlSet, flags: FrameFlags.Checksummed | FrameFlags.Discontinuity, checksum: 0xdeadbeef));
        var result = sent.Result;
        Assert.Equal((uint)sent.Used, result.Header.Length);
        Assert.Equal(5009ul, result.Header.Tag);
        Assert.Equal((9ul, 77ul, 77_000ul, 77_500ul), (result.RequestId, result.FrameNumber, result.StartOfExposure, result.Done));
        Assert.Equal(ResultFlags.Checksum | ResultFlags.Discontinuity, result.Flags);
        Assert.Equal(0xdeadbeefu, result.Checksum);
        Assert.Equal((1u, 0u), (result.BufferCount, result.MetadataBytes));
        Assert.Equal((1u, CameraStatus.Ok), (sent.BufferResult.BufferId, sent.BufferResult.Status));
    }

    [Fact]
    public void A_request_whose_result_cannot_be_made_goes_back_at_once_with_internal()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(1, 0);
        var request = rig.Host.Last!;
        var gone = new FramePool("gone", SessionRig.FrameBytes, 1);
        var frame = gone.TryRent()!.Publish();
        frame.Return();
        gone.Dispose();
        Assert.True(request.TryClaim());

        Assert.ThrowsAny<Exception>(() => request.Complete(frame));

        Assert.Equal(CameraStatus.Internal, sent.Status);
        rig.Session.OnRequestCompleted(request);
        var next = rig.Request(2, 0);
        rig.Deliver(rig.Host.Last!, rig.Capture(9, rig.Host.Last!.ControlSet));
        Assert.Equal(CameraStatus.Ok, next.Status);
    }

    [Fact]
    public void A_damaged_picture_is_called_corrupt()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(1, 0);
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet, flags: FrameFlags.Corrupt));
        Assert.Equal(ResultFlags.Corrupt, sent.Result.Flags);
    }

    [Fact]
    public void Frames_between_two_results_are_counted()
    {
        using var rig = new SessionRig();
        rig.Stream();
        Assert.Equal(0u, Dropped(1, 100)); // the first has none before it
        Assert.Equal(0u, Dropped(2, 101));
        Assert.Equal(3u, Dropped(3, 105));
        rig.Command(CameraCommand.Stop, new GenerationCommand(rig.Session.Generation, 0));
        rig.Session.OnStopped(rig.Host.Ticket);
        rig.Start();
        Assert.Equal(0u, Dropped(4, 200)); // nor has the first after a start

        uint Dropped(ulong id, ulong frame)
        {
            var sent = rig.Request(id, 0);
            rig.Deliver(rig.Host.Last!, rig.Capture(frame, rig.Host.Last!.ControlSet));
            return sent.Result.DroppedBefore;
        }
    }

    [Fact]
    public void A_request_that_fails_uses_no_bytes()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(1, 3);
        Assert.True(rig.Host.Last!.TryClaim());
        rig.Host.Last!.Fail(CameraStatus.FrameLost, 5);
        rig.Session.OnRequestCompleted(rig.Host.Last!);
        Assert.Equal((CameraStatus.FrameLost, 5ul, 0ul), (sent.Status, sent.Result.FrameNumber, sent.Result.StartOfExposure));
        Assert.Equal((3u, CameraStatus.FrameLost, 0u),
            (sent.BufferResult.BufferId, sent.BufferResult.Status, sent.BufferResult.BytesUsed[0]));
        Assert.Equal(104, sent.Used);
    }

    [Fact]
    public void A_compressed_frame_uses_as_many_bytes_as_it_has()
    {
        var profile = SessionRig.PerFrame() with
        {
            Formats = [SessionRig.Offer("MJPG", FrameSizeOffer.Of(32, 16, new FrameInterval(1, 60), new FrameInterval(1, 10)))],
        };
        using var rig = new SessionRig(profile: profile);
        rig.Configure("MJPG");
        var bytes = rig.Session.Configuration!.Layout().TotalBytes;
        var place = rig.Allocate(bytes);
        Assert.Equal(CameraStatus.Ok, rig.AttachPieces(0, [(place, bytes, 0)]).Status);
        rig.Start();
        var sent = rig.Request(1, 0);
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet, bytes: 1234));
        Assert.Equal("1234, 0, 0, 0", sent.BufferResult.BytesUsed.ToString());
    }

    [Fact]
    public void Metadata_that_does_not_fit_is_left_out_item_by_item_and_the_result_says_so()
    {
        using var rig = new SessionRig();
        rig.Stream();
        ControlEntry[] applied = [.. Enumerable.Range(1, 10).Select(i => new ControlEntry((uint)i, 1, ControlValue.From((long)i)))];
        // Room for a table of ten items and four values.
        var sent = rig.Request(1, 0, room: 104 + 16 + 10 * 16 + 4 * 8 + 7);
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet, applied));
        Assert.Equal((CameraStatus.Ok, ResultFlags.Truncated), (sent.Status, sent.Result.Flags));
        Assert.Equal([1u, 2u, 3u, 4u], sent.Metadata.Keys.Order());
        var bare = rig.Request(2, 0, room: 104);
        rig.Deliver(rig.Host.Last!, rig.Capture(2, rig.Host.Last!.ControlSet, applied));
        Assert.Equal((CameraStatus.Ok, ResultFlags.Truncated, 0u, 104),
            (bare.Status, bare.Result.Flags, bare.Result.MetadataBytes, bare.Used));
    }

    [Fact]
    public void The_largest_result_fits_into_what_the_configuration_space_promises()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var bytes = ControlValue.FromBytes(new byte[64]);
        ControlEntry[] applied = [.. Enumerable.Range(1, 64).Select(i => new ControlEntry(0x4000u + (uint)i, 1, bytes))];
        var unknown = Enumerable.Range(1, 64).Select(i => (0x5000u + (uint)i, ControlValue.From(1))).ToArray();
        var sent = rig.Request(1, 0, packet: SessionRig.Packet(unknown));
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet, applied));
        Assert.Equal((uint)sent.Used, rig.Config.MaximumResultBytes);
        Assert.Equal(128, sent.Metadata.Count);
        Assert.Equal(ResultFlags.Ignored, sent.Result.Flags);
    }

    [Fact]
    public void The_longest_request_is_as_long_as_the_configuration_space_says()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var bytes = ControlValue.FromBytes(new byte[64]);
        var packet = SessionRig.Packet([.. Enumerable.Range(1, 64).Select(i => (0x5000u + (uint)i, bytes))]);
        Assert.Equal((uint)rig.RequestBytes(1, 0, packet: packet).Length, rig.Config.MaximumRequestBytes);
        Assert.False(rig.Request(1, 0, packet: packet).IsAnswered);
        Assert.Equal(CameraStatus.Invalid, rig.Request(2, 1, packet: [.. packet, 0]).Status);
    }

    [Fact]
    public void Requests_are_counted_by_how_they_ended()
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Request(1, 0);
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet));
        rig.Request(2, 99);
        rig.Request(3, 0);
        rig.Session.Stop();
        var counters = rig.Session.Counters;
        Assert.Equal((1L, 1L, 1L, 3L),
            (counters.Requests(CameraStatus.Ok), counters.Requests(CameraStatus.Invalid), counters.Requests(CameraStatus.Cancelled),
                counters.RequestsEnded));
    }
}

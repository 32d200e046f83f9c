using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>The configuration space, capabilities, TRY, CONFIGURE and RELEASE.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public void The_configuration_space_says_what_the_camera_is()
    {
        using var rig = new SessionRig();
        var config = rig.Config;
        Assert.Equal(0x10000u, config.Version);
        Assert.Equal(CameraConfigFlags.PerFrame | CameraConfigFlags.SourcePresent | CameraConfigFlags.Owner, config.Flags);
        Assert.Equal(1u, config.StreamCount);
        Assert.Equal((uint)rig.Options.MaximumInFlight, config.MaximumInFlight);
        Assert.Equal(2u, config.PipelineDepth);
        Assert.Equal("test", config.Name.ToString());
        Assert.Equal(rig.Profile.Id, config.CameraUuid.ToGuid());
        Assert.Equal(1ul, config.CapabilityGeneration);
        Assert.Equal((uint)CapabilityBlob.Write(rig.Profile, new(16, 3, 32)).Length, config.CapabilityBytes);
    }

    [Fact]
    public void The_flags_follow_the_state()
    {
        using var rig = new SessionRig(SessionRole.Interleaved);
        Assert.Equal(CameraConfigFlags.PerFrame | CameraConfigFlags.SourcePresent | CameraConfigFlags.Interleaved, rig.Config.Flags);
        rig.Stream();
        Assert.True(rig.Config.Flags.HasFlag(CameraConfigFlags.Streaming));
        rig.Session.OnSource(SourceEvent.Lost);
        Assert.False(rig.Config.Flags.HasFlag(CameraConfigFlags.SourcePresent));
        Assert.Equal(1, rig.Host.ConfigChanges);
        using var classical = new SessionRig(SessionRole.Observer, SessionRig.Classical());
        Assert.Equal(CameraConfigFlags.SourcePresent, classical.Config.Flags);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(4000)]
    public void Capabilities_can_be_read_in_slices_of_any_size(int slice)
    {
        using var rig = new SessionRig();
        var blob = new List<byte>();
        while (blob.Count < (int)rig.Config.CapabilityBytes)
        {
            var sent = rig.Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand((uint)blob.Count, (uint)slice, 0));
            var reply = sent.Reply<GetCapabilitiesReply>();
            Assert.Equal(rig.Config.CapabilityBytes, reply.Total);
            Assert.Equal(rig.Config.CapabilityGeneration, reply.Generation);
            Assert.Equal((uint)blob.Count, reply.Offset);
            Assert.InRange(sent.Used, 33, 32 + slice);
            blob.AddRange(sent.Body[GetCapabilitiesReply.Bytes..]);
            if (slice == 1 && blob.Count > 20) return; // a few are enough to see that it goes on
        }

        Assert.True(CapabilityBlob.TryRead(rig.Config, blob.ToArray(), out var profile, out _, out var error), error);
        Assert.Equal(rig.Profile, profile);
    }

    [Fact]
    public void Capabilities_beyond_the_end_are_empty_and_further_invalid()
    {
        using var rig = new SessionRig();
        var total = rig.Config.CapabilityBytes;
        var end = rig.Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand(total, uint.MaxValue, 0));
        Assert.Equal(32, end.Used);
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand(total + 1, 8, 0)).Status);
        Assert.Equal(CameraStatus.Invalid,
            rig.Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand(uint.MaxValue, uint.MaxValue, 0)).Status);
    }

    [Fact]
    public void Capabilities_are_cut_to_the_room_there_is()
    {
        using var rig = new SessionRig();
        var sent = rig.Command(CameraCommand.GetCapabilities, new GetCapabilitiesCommand(0, uint.MaxValue, 0), room: 16 + 40);
        Assert.Equal(CameraStatus.Ok, sent.Status);
        Assert.Equal(16 + 16 + 40, sent.Used);
    }

    [Fact]
    public void Try_tells_what_configure_would_give_and_changes_nothing()
    {
        using var rig = new SessionRig();
        var sent = rig.Command(CameraCommand.Try, new ConfigureCommand(0, 1), SessionRig.BytesOf(SessionRig.Wanted("YUYV", 1000, 7)));
        var reply = sent.Reply<ConfigureReply>();
        Assert.Equal(new ConfigureReply(0, 1), reply);
        var stream = CameraWire.Read<StreamConfig>(sent.Body[ConfigureReply.Bytes..]);
        Assert.Equal(FourCC.Parse("YUYV").Value, stream.FourCC);
        Assert.Equal((64u, 32u), (stream.Width, stream.Height));
        Assert.Empty(rig.Host.Asks);
        Assert.Equal(SessionState.Idle, rig.Session.State);
    }

    [Fact]
    public void A_configuration_names_strides_and_sizes_of_every_plane()
    {
        using var rig = new SessionRig();
        var sent = rig.Command(CameraCommand.Try, new ConfigureCommand(0, 1), SessionRig.BytesOf(SessionRig.Wanted()));
        var stream = CameraWire.Read<StreamConfig>(sent.Body[ConfigureReply.Bytes..]);
        Assert.Equal(2u, stream.PlaneCount);
        Assert.Equal("64, 64, 0, 0", stream.Stride.ToString());
        Assert.Equal("2048, 1024, 0, 0", stream.PlaneSize.ToString());
        Assert.Equal((3u, 32u), (stream.MinimumBuffers, stream.MaximumBuffers));
        Assert.Equal((1u, 30u), (stream.IntervalNumerator, stream.IntervalDenominator));
        Assert.Equal(StreamRole.Video, stream.Role);
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(65535u, 65535u)]
    [InlineData(uint.MaxValue, 1u)]
    [InlineData(0x80000000u, 0x80000000u)]
    [InlineData(63u, 31u)]
    public void Whatever_size_is_wanted_the_nearest_that_the_camera_can_do_is_given(uint width, uint height)
    {
        using var rig = new SessionRig();
        var wanted = SessionRig.Wanted("NV12", width, height) with { FourCC = 0xffffffff, IntervalNumerator = 0, IntervalDenominator = 0 };
        var sent = rig.Command(CameraCommand.Configure, new ConfigureCommand(0, 1), SessionRig.BytesOf(wanted));
        Assert.Equal(new StreamConfiguration(FourCC.Parse("NV12"), 64, 32, new FrameInterval(1, 60)), rig.Host.Wanted);
        rig.Session.OnConfigured(rig.Host.Ticket, CameraStatus.Ok, rig.Host.Wanted);
        Assert.Equal(CameraStatus.Ok, sent.Status);
    }

    [Fact]
    public void A_configuration_of_no_stream_or_of_too_many_is_refused()
    {
        using var rig = new SessionRig();
        var stream = SessionRig.BytesOf(SessionRig.Wanted());
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.Configure, new ConfigureCommand(0, 0), stream).Status);
        Assert.Equal(CameraStatus.Unsupported,
            rig.Command(CameraCommand.Configure, new ConfigureCommand(0, 2), [.. stream, .. stream]).Status);
        Assert.Equal(CameraStatus.Unsupported, rig.Command(CameraCommand.Configure, new ConfigureCommand(0, uint.MaxValue), stream).Status);
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.Configure, new ConfigureCommand(0, 1), stream.AsSpan(0, 87)).Status);
        var other = SessionRig.BytesOf(SessionRig.Wanted() with { StreamId = 1 });
        Assert.Equal(CameraStatus.Invalid, rig.Command(CameraCommand.Configure, new ConfigureCommand(0, 1), other).Status);
        Assert.Empty(rig.Host.Asks);
    }

    [Fact]
    public void Every_configuration_has_a_new_generation_and_the_old_one_is_stale()
    {
        using var rig = new SessionRig();
        var first = rig.Configure();
        var second = rig.Configure("YUYV");
        Assert.NotEqual(0u, first);
        Assert.NotEqual(first, second);
        Assert.Equal(CameraStatus.Stale, rig.Command(CameraCommand.Start, new StartCommand(first, 0, 0, 0)).Status);
        Assert.Equal(CameraStatus.Stale, rig.Command(CameraCommand.Stop, new GenerationCommand(first, 0)).Status);
        Assert.Equal(CameraStatus.Stale, rig.Command(CameraCommand.Flush, new GenerationCommand(first, 0)).Status);
        Assert.Equal(CameraStatus.Stale, rig.Command(CameraCommand.DetachBuffer, new DetachBufferCommand(first, 0, 0, 0)).Status);
        Assert.Equal(CameraStatus.Stale, rig.AttachPieces(0, [(0, 64, 0)], generation: first).Status);
        Assert.Equal(CameraStatus.Stale, rig.Command(CameraCommand.Start, new StartCommand(0, 0, 0, 0)).Status);
    }

    [Fact]
    public void Generation_zero_is_stale_also_while_there_is_no_configuration()
    {
        using var rig = new SessionRig();
        Assert.Equal(CameraStatus.Stale, rig.Command(CameraCommand.Start, new StartCommand(0, 0, 0, 0)).Status);
        Assert.Equal(CameraStatus.Stale, rig.AttachPieces(0, [(0, 64, 0)], generation: 0).Status);
        Assert.Equal(CameraStatus.Stale, rig.Request(1, 0).Status);
    }

    [Fact]
    public void While_streaming_configure_is_busy()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Command(CameraCommand.Configure, new ConfigureCommand(0, 1), SessionRig.BytesOf(SessionRig.Wanted()));
        Assert.Equal(CameraStatus.Busy, sent.Status);
        Assert.Equal(SessionState.Streaming, rig.Session.State);
    }

    [Fact]
    public void A_new_configuration_takes_buffers_and_queued_requests_with_it()
    {
        using var rig = new SessionRig();
        rig.Configure();
        rig.Attach(0);
        var queued = rig.Request(1, 0);
        Assert.False(queued.IsAnswered);
        rig.Configure();
        Assert.Equal(CameraStatus.Cancelled, queued.Status);
        Assert.Equal(0, rig.Session.AttachedBuffers);
        Assert.Equal(0, rig.Session.AttachedBytes);
    }

    [Fact]
    public void A_camera_that_refuses_leaves_the_configuration_in_force()
    {
        using var rig = new SessionRig();
        var generation = rig.Configure();
        rig.Attach(0);
        var sent = rig.Command(CameraCommand.Configure, new ConfigureCommand(0, 1), SessionRig.BytesOf(SessionRig.Wanted("YUYV")));
        rig.Session.OnConfigured(rig.Host.Ticket, CameraStatus.Busy, null);
        Assert.Equal(CameraStatus.Busy, sent.Status);
        Assert.Equal(generation, rig.Session.Generation);
        Assert.Equal(1, rig.Session.AttachedBuffers);
    }

    [Fact]
    public void After_a_configure_that_timed_out_no_configuration_is_in_force()
    {
        using var rig = new SessionRig();
        rig.Configure();
        var sent = rig.Command(CameraCommand.Configure, new ConfigureCommand(0, 1), SessionRig.BytesOf(SessionRig.Wanted("YUYV")));
        var ticket = rig.Host.Ticket;
        rig.Clock.Advance(1_000_000_000);
        rig.Session.OnTick();
        Assert.Equal(CameraStatus.Timeout, sent.Status);
        Assert.Equal(SessionState.Idle, rig.Session.State);
        rig.Session.OnConfigured(ticket, CameraStatus.Ok, rig.Host.Wanted);
        Assert.Equal(SessionState.Idle, rig.Session.State);
    }

    [Fact]
    public void An_observer_is_given_the_camera_as_it_is()
    {
        using var rig = new SessionRig(SessionRole.Observer);
        var current = new StreamConfiguration(FourCC.Parse("YUYV"), 64, 32, new FrameInterval(1, 15));
        rig.Session.OnCameraConfiguration(current);
        var sent = rig.Command(CameraCommand.Try, new ConfigureCommand(0, 1), SessionRig.BytesOf(SessionRig.Wanted()));
        Assert.Equal(current.Format.Value, CameraWire.Read<StreamConfig>(sent.Body[ConfigureReply.Bytes..]).FourCC);
        rig.Configure();
        Assert.Equal(current, rig.Host.Wanted);
    }

    [Fact]
    public void Release_gives_the_configuration_up()
    {
        using var rig = new SessionRig();
        var generation = rig.Configure();
        rig.Attach(0);
        Assert.Equal(CameraStatus.Ok, rig.Command(CameraCommand.Release).Status);
        Assert.Equal(SessionState.Idle, rig.Session.State);
        Assert.Equal(0, rig.Session.AttachedBuffers);
        Assert.Equal(CameraStatus.Stale, rig.Command(CameraCommand.Start, new StartCommand(generation, 0, 0, 0)).Status);
        Assert.Equal(CameraStatus.Ok, rig.Command(CameraCommand.Release).Status);
    }

    [Fact]
    public void Release_while_streaming_stops_first()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var request = rig.Request(1, 0);
        var release = rig.Command(CameraCommand.Release);
        Assert.Equal(CameraStatus.Cancelled, request.Status);
        Assert.False(release.IsAnswered);
        Assert.Equal("Stop", rig.Host.Asks.Last(ask => ask is "Stop" or "Start"));
        rig.Session.OnStopped(rig.Host.Ticket);
        Assert.Equal(CameraStatus.Ok, release.Status);
        Assert.Equal(SessionState.Idle, rig.Session.State);
        Assert.Equal(0, rig.Session.AttachedBuffers);
    }

    [Fact]
    public void Options_out_of_range_are_all_named_at_once()
    {
        var options = new CameraSessionOptions { SessionId = 0, MaximumInFlight = 0, CommandTimeout = TimeSpan.FromSeconds(2) };
        var error = Assert.Throws<ArgumentException>(() => new SessionRig(change: _ => options));
        Assert.Contains("SessionId is 0; it must be 1 to 16777215", error.Message);
        Assert.Contains("MaximumInFlight is 0", error.Message);
        Assert.Contains("CommandTimeout is 00:00:02", error.Message);
    }
}

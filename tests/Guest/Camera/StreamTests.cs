using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Transport;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Guest.Tests.Camera;

public sealed class StreamTests
{
    private static readonly CameraProfile Profile = new()
    {
        Name = "scripted",
        Model = "m",
        Formats =
        [
            new FormatOffer { Format = PixelFormats.Nv12.FourCC,
                Sizes = [FrameSizeOffer.Of(128, 64, new FrameInterval(1, 60), new FrameInterval(1, 5))] },
        ],
        Controls = [ControlCatalogue.ExposureTime, ControlCatalogue.AnalogueGain],
    };

    [Fact]
    public void A_profile_survives_the_way_through_the_capability_blob()
    {
        // Large enough for several pieces.
        var profile = Profile with { Calibration = new string('x', 20_000) };
        using var bench = CameraBench.Open(script: c => c.Capabilities = CapabilityBlob.Write(profile, new CapabilityLimits(16, 2, 32)));
        var read = bench.Driver.GetCapabilities();
        Assert.Equal(profile.Formats[0], read.Formats[0]);
        Assert.Equal(profile.Calibration, read.Calibration);
        Assert.True(read.IsPerFrame);
        Assert.True(bench.Camera.Commands.Count > 2);
    }

    [Fact]
    public void Capabilities_that_change_in_the_middle_are_read_anew()
    {
        var changes = 1UL;
        using var bench = CameraBench.Open(script: c =>
        {
            c.Capabilities = CapabilityBlob.Write(Profile with { Calibration = new string('x', 9_000) }, new CapabilityLimits(16, 2, 32));
            c.Answer = (_, answer) =>
            {
                if (c.Commands.Count < 3) Rewrite(answer, reply => reply with { Generation = changes++ });
                return answer;
            };
        });
        Assert.Equal("m", bench.Driver.GetCapabilities().Model);
        Assert.True(bench.Camera.Commands.Count >= 5);

        bench.Camera.Answer = (_, answer) => Rewrite(answer, reply => reply with { Generation = changes++ });
        Assert.Contains("changed while they were read", Assert.Throws<CameraDriverException>(() => bench.Driver.GetCapabilities()).Message);
    }

    [Fact]
    public void Lies_about_the_capability_blob_are_found_out()
    {
        Capability(reply => reply with { Offset = 8 }, "bytes from 8 on");
        Capability(reply => reply with { Total = 4 }, "at 0 of 4");
        Capability(reply => reply with { Total = uint.MaxValue }, "at most 1048576 are read");
        // A device that never gives the rest must not be asked for ever.
        using var bench = CameraBench.Open(script: c => c.Answer = (_, answer) => Rewrite(answer, reply => reply with { Total = 100 }));
        Assert.Equal(CameraFailure.Violation, Assert.Throws<CameraDriverException>(() => bench.Driver.GetCapabilities()).Failure);
    }

    [Fact]
    public void A_stream_is_what_the_device_grants_not_what_was_wanted()
    {
        using var bench = CameraBench.Open();
        var wanted = new StreamConfiguration(PixelFormats.Yuyv.FourCC, 640, 480, new FrameInterval(1, 30));
        var stream = bench.Driver.Try(wanted);
        Assert.Equal(bench.Camera.Configuration, stream.Configuration);
        Assert.Throws<InvalidOperationException>(() => bench.Driver.Stream);
        stream = bench.Driver.Configure(wanted);
        Assert.Same(stream, bench.Driver.Stream);
        Assert.Equal(7u, stream.Generation);
        Assert.Equal<int>([128 * 64, 128 * 32], stream.PlaneBytes);
        Assert.Equal(128 * 96, stream.FrameBytes);
        Assert.Equal(bench.Camera.Configuration.Layout(), stream.Layout);
    }

    public static TheoryData<string, Func<StreamConfig, StreamConfig>> Lies => new()
    {
        { "stream 3", c => c with { StreamId = 3 } },
        { "0 planes", c => c with { PlaneCount = 0 } },
        { "5 planes", c => c with { PlaneCount = 5 } },
        { "0x64", c => c with { Width = 0 } },
        { "4294967295", c => c with { Height = uint.MaxValue } },
        { "interval", c => c with { IntervalDenominator = 0 } },
        { "plane 1 has 0 bytes", c => c with { PlaneSize = Planes(8192, 0) } },
        { "plane 0 has 4294967295 bytes", c => c with { PlaneSize = Planes(uint.MaxValue, 1) } },
        { "frames of 2147483648 bytes", c => c with { PlaneSize = Planes(1 << 30, 1 << 30) } },
        { "in 1 planes; the format has 2", c => c with { PlaneCount = 1 } },
        { "the format has 8192 and 128", c => c with { PlaneSize = Planes(9000, 4096) } },
        { "stride of 64", c => c with { Stride = Planes(64, 128) } },
        { "cannot have", c => c with { Width = 127 } },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_configuration_that_cannot_be_is_found_out(string message, Func<StreamConfig, StreamConfig> lie)
    {
        using var bench = CameraBench.Open(script: c => c.Answer = (_, answer) =>
        {
            var at = answer.AsSpan(ResponseHeader.Bytes + ConfigureReply.Bytes);
            CameraWire.Write(at, lie(CameraWire.Read<StreamConfig>(at)));
            return answer;
        });
        var error = Assert.Throws<CameraDriverException>(() => bench.Driver.Configure(bench.Camera.Configuration));
        Assert.Equal(CameraFailure.Violation, error.Failure);
        Assert.Contains(message, error.Message);
        Assert.Throws<InvalidOperationException>(() => bench.Driver.Stream);
    }

    [Fact]
    public void A_configuration_of_two_streams_for_one_is_found_out()
    {
        using var bench = CameraBench.Open(script: c => c.Answer = (_, answer) =>
        {
            CameraWire.Write(answer.AsSpan(ResponseHeader.Bytes), new ConfigureReply(7, 2));
            return answer;
        });
        Assert.Contains("2 streams", Assert.Throws<CameraDriverException>(() => bench.Driver.Try(bench.Camera.Configuration)).Message);
    }

    [Fact]
    public void A_format_that_is_not_in_the_catalogue_is_streamed_by_what_the_device_says_of_it()
    {
        using var bench = CameraBench.Open(script: c => c.Answer = (_, answer) =>
        {
            var at = answer.AsSpan(ResponseHeader.Bytes + ConfigureReply.Bytes);
            CameraWire.Write(at, CameraWire.Read<StreamConfig>(at)
                with { FourCC = FourCC.Parse("Vnd1").Value, PlaneCount = 1, PlaneSize = Planes(777, 0) });
            return answer;
        });
        var stream = bench.Driver.Configure(bench.Camera.Configuration);
        Assert.Null(stream.Layout);
        Assert.Equal(777, stream.FrameBytes);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(4096, 3)]
    public void A_buffer_is_attached_plane_by_plane_in_the_pieces_that_were_asked_for(int piece, int entries)
    {
        using var bench = CameraBench.Streaming(3, CameraBench.Options with { PieceBytes = piece });
        Assert.Equal(3, bench.Camera.Buffers.Count);
        var ram = bench.Driver.Transport.Ram;
        Assert.All(bench.Camera.Buffers.Values, buffer =>
        {
            Assert.Equal(entries, buffer.Count);
            Assert.Equal(128 * 64, buffer.Where(e => e.Plane == 0).Sum(e => e.Length));
            Assert.Equal(128 * 32, buffer.Where(e => e.Plane == 1).Sum(e => e.Length));
            Assert.All(buffer, e => Assert.InRange(e.Address, ram.GuestAddress, ram.GuestAddress + (ulong)ram.Size - e.Length));
        });
        Assert.Equal(3, bench.Camera.Buffers.Values.Select(b => b[0].Address).Distinct().Count());
    }

    [Fact]
    public void A_buffer_of_many_pieces_is_attached_with_several_commands()
    {
        using var bench = CameraBench.Open(CameraBench.Options with { PieceBytes = GuestRam.PageBytes },
            c => c.Configuration = new StreamConfiguration(PixelFormats.Nv12.FourCC, 1280, 720, new FrameInterval(1, 30)));
        bench.Driver.Configure(bench.Camera.Configuration);
        bench.Driver.AttachBuffers(1);
        Assert.Equal(225 + 113, bench.Camera.Buffers[0].Count);      // the device model checks first_entry
        Assert.Equal(3, bench.Camera.Commands.Count(c => c == CameraCommand.AttachBuffer));
    }

    [Fact]
    public void Releasing_gives_every_byte_back()
    {
        using var bench = CameraBench.Open();
        var before = bench.Driver.Transport.Ram.Free;
        for (var i = 0; i < 3; i++)
        {
            bench.Driver.Configure(bench.Camera.Configuration);
            bench.Driver.AttachBuffers(4);
            Assert.True(bench.Driver.Transport.Ram.Free < before);
            Assert.Throws<InvalidOperationException>(() => bench.Driver.Configure(bench.Camera.Configuration));
            bench.Driver.DetachLastBuffer();
            Assert.Equal(3, bench.Driver.Buffers);
            bench.Driver.Release();
            Assert.Equal(before, bench.Driver.Transport.Ram.Free);
        }

        Assert.Throws<InvalidOperationException>(() => bench.Driver.DetachLastBuffer());
    }

    [Fact]
    public void A_guest_that_is_too_small_for_its_buffers_says_so()
    {
        var options = CameraBench.Options with { Transport = new VirtioTransportOptions { MemoryBytes = 1 << 20 } };
        using var bench = CameraBench.Open(options, c =>
            c.Configuration = new StreamConfiguration(PixelFormats.Nv12.FourCC, 1920, 1080, new FrameInterval(1, 30)));
        bench.Driver.Configure(bench.Camera.Configuration);
        Assert.Contains("guest memory", Assert.Throws<InsufficientMemoryException>(() => bench.Driver.AttachBuffers(1)).Message);
    }

    private static void Capability(Func<GetCapabilitiesReply, GetCapabilitiesReply> lie, string message)
    {
        using var bench = CameraBench.Open(script: c =>
        {
            c.Capabilities = CapabilityBlob.Write(Profile, new CapabilityLimits(16, 2, 32));
            c.Answer = (_, answer) => Rewrite(answer, lie);
        });
        var error = Assert.Throws<CameraDriverException>(() => bench.Driver.GetCapabilities());
        Assert.Equal(CameraFailure.Violation, error.Failure);
        Assert.Contains(message, error.Message);
    }

    private static byte[] Rewrite(byte[] answer, Func<GetCapabilitiesReply, GetCapabilitiesReply> how)
    {
        var at = answer.AsSpan(ResponseHeader.Bytes);
        CameraWire.Write(at, how(CameraWire.Read<GetCapabilitiesReply>(at)));
        return answer;
    }

    private static PlaneNumbers Planes(uint first, uint second)
    {
        PlaneNumbers planes = default;
        planes[0] = first;
        planes[1] = second;
        return planes;
    }
}

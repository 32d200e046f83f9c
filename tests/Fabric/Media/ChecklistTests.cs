using CameraFabric.Device.Media.Wire;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.Media;

/// <summary>What a V4L2 capture device must answer for applications to find nothing wrong: formats, rates, inputs.</summary>
public sealed class ChecklistTests : MediaTest
{
    [Fact]
    public void The_configuration_space_stands_in_for_QUERYCAP()
    {
        var config = Guest.Driver.ReadConfig();

        Assert.Equal(0x4200001u, (uint)config.Capabilities);
        Assert.Equal(0u, config.Type);
        Assert.NotEmpty(config.Card.ToString());
    }

    [Fact]
    public void Formats_are_listed_until_EINVAL()
    {
        var formats = ListFormats();

        Assert.NotEmpty(formats);
        Assert.All(formats, format => Assert.NotEqual(0u, format.PixelFormat));
        Assert.Equal(formats.Count, formats.Select(format => format.PixelFormat).Distinct().Count());
        var other = new V4l2FormatDescription { Type = (V4l2BufferType)9 };
        Assert.Equal(Invalid, Session.Ioctl(MediaIoctl.EnumerateFormats, ref other));
    }

    [Fact]
    public void Sizes_and_intervals_are_listed_for_every_format_and_for_no_other()
    {
        foreach (var format in ListFormats())
        {
            var sizes = List(
                index => new V4l2FrameSizes { Index = index, PixelFormat = format.PixelFormat }, MediaIoctl.EnumerateFrameSizes);
            Assert.NotEmpty(sizes);
            var (width, height) = sizes[0].Type == V4l2FrameSizes.Discrete
                ? (sizes[0].MinimumWidth, sizes[0].MaximumWidth)
                : (sizes[0].MaximumWidth, sizes[0].MaximumHeight);
            var intervals = List(
                index => new V4l2FrameIntervals { Index = index, PixelFormat = format.PixelFormat, Width = width, Height = height },
                MediaIoctl.EnumerateFrameIntervals);
            Assert.NotEmpty(intervals);
            Assert.All(intervals, interval => Assert.NotEqual(0u, interval.Minimum.Denominator));
        }

        var unknown = new V4l2FrameSizes { PixelFormat = 0x31313131 };
        Assert.Equal(Invalid, Session.Ioctl(MediaIoctl.EnumerateFrameSizes, ref unknown));
        var nowhere = new V4l2FrameIntervals { PixelFormat = 0x31313131, Width = 640, Height = 480 };
        Assert.Equal(Invalid, Session.Ioctl(MediaIoctl.EnumerateFrameIntervals, ref nowhere));
    }

    [Fact]
    public void TRY_FMT_makes_a_valid_format_of_anything_and_leaves_it_at_that() => Properties.Hold(numbers =>
    {
        var wanted = new V4l2Format
        {
            Type = V4l2BufferType.VideoCapture,
            Pixels = new V4l2PixelFormat
            {
                Width = (uint)numbers.Long(), Height = (uint)numbers.Long(), PixelFormat = (uint)numbers.Long(),
                Field = (uint)numbers.Below(12), BytesPerLine = (uint)numbers.Long(), SizeImage = (uint)numbers.Long(),
                Private = (uint)numbers.Long(), ColorSpace = (uint)numbers.Below(20),
            },
        };

        Assert.Equal(0, Session.Ioctl(MediaIoctl.TryFormat, ref wanted));

        var got = wanted.Pixels;
        Assert.Equal((V4l2Buffer.FieldNone, V4l2PixelFormat.ExtendedMagic), (got.Field, got.Private));
        Assert.True(got is { Width: > 0, Height: > 0, PixelFormat: > 0, ColorSpace: > 0 }, $"{got}");
        Assert.True(got.SizeImage >= got.BytesPerLine * got.Height, $"{got}");
        var again = wanted;
        Assert.Equal(0, Session.Ioctl(MediaIoctl.TryFormat, ref again));
        Assert.Equal(wanted, again);
    }, scenarios: 50);

    [Fact]
    public void What_S_FMT_answers_is_what_G_FMT_says_afterwards()
    {
        var format = SmallFormat();

        Assert.Equal(0, Session.Ioctl(MediaIoctl.SetFormat, ref format));

        Assert.Equal(format.Pixels, MediaVisitor.FormatOf(Session));
    }

    [Fact]
    public void A_buffer_type_that_is_not_there_is_EINVAL()
    {
        foreach (var code in (MediaIoctl[])[MediaIoctl.GetFormat, MediaIoctl.SetFormat, MediaIoctl.TryFormat])
        {
            var format = new V4l2Format { Type = (V4l2BufferType)13 };
            Assert.Equal(Invalid, Session.Ioctl(code, ref format));
        }

        var request = new V4l2RequestBuffers { Count = 2, Type = (V4l2BufferType)2, Memory = V4l2Memory.UserPointer };
        Assert.Equal(Invalid, Session.RequestBuffers(ref request));
        Assert.Equal(Invalid, Session.Write(MediaIoctl.StreamOn, 9u));
        var parameters = new V4l2StreamParameters { Type = (V4l2BufferType)2 };
        Assert.Equal(Invalid, Session.Ioctl(MediaIoctl.GetParameters, ref parameters));
    }

    [Fact]
    public void There_is_one_input_and_it_is_a_camera()
    {
        var inputs = List(index => new V4l2Input { Index = index }, MediaIoctl.EnumerateInputs);

        Assert.Equal(V4l2Input.Camera, Assert.Single(inputs).Type);
        var input = 7u;
        Assert.Equal(0, Session.Ioctl(MediaIoctl.GetInput, ref input));
        Assert.Equal(0u, input);
        Assert.Equal(0, Session.Ioctl(MediaIoctl.SetInput, ref input));
        input = 1;
        Assert.Equal(Invalid, Session.Ioctl(MediaIoctl.SetInput, ref input));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(uint.MaxValue, 1)]
    [InlineData(1, uint.MaxValue)]
    public void S_PARM_gives_an_interval_whatever_was_asked(uint numerator, uint denominator)
    {
        var parameters = new V4l2StreamParameters
        {
            Type = V4l2BufferType.VideoCapture, TimePerFrame = new V4l2Fraction(numerator, denominator),
        };

        Assert.Equal(0, Session.Ioctl(MediaIoctl.SetParameters, ref parameters));

        Assert.Equal(V4l2StreamParameters.CanSetTimePerFrame, parameters.Capability);
        Assert.True(parameters.TimePerFrame is { Numerator: > 0, Denominator: > 0 }, $"{parameters}");
        var got = new V4l2StreamParameters { Type = V4l2BufferType.VideoCapture };
        Assert.Equal(0, Session.Ioctl(MediaIoctl.GetParameters, ref got));
        Assert.Equal(parameters.TimePerFrame, got.TimePerFrame);
    }

    [Fact]
    public void S_FMT_is_EBUSY_while_buffers_are_allocated()
    {
        var format = SmallFormat();
        Guest.Allocate(Session, 2);

        Assert.Equal(Busy, Session.Ioctl(MediaIoctl.SetFormat, ref format));

        Assert.Equal(0, Session.RequestBuffers(0, V4l2Memory.UserPointer, out _));
        Assert.Equal(0, Session.Ioctl(MediaIoctl.SetFormat, ref format));
    }

    [Fact]
    public void Ioctls_that_the_device_does_not_have_are_ENOTTY()
    {
        var known = Enum.GetValues<MediaIoctl>().Except(
        [
            MediaIoctl.QueryCapabilities, MediaIoctl.DequeueBuffer, MediaIoctl.DequeueEvent, MediaIoctl.LogStatus, MediaIoctl.ExportBuffer,
            MediaIoctl.GetStandard,
        ]).ToHashSet();
        for (var code = 0u; code < 300; code++)
        {
            if (known.Contains((MediaIoctl)code)) continue;
            var payload = default(V4l2CreateBuffers);
            Assert.Equal((code, NoIoctl), (code, Session.Ioctl((MediaIoctl)code, ref payload)));
        }
    }

    private V4l2Format SmallFormat() => new()
    {
        Type = V4l2BufferType.VideoCapture, Pixels = MediaVisitor.FormatOf(Session) with { Width = 1, Height = 1 },
    };

    private List<V4l2FormatDescription> ListFormats() =>
        List(index => new V4l2FormatDescription { Index = index, Type = V4l2BufferType.VideoCapture }, MediaIoctl.EnumerateFormats);

    private List<T> List<T>(Func<uint, T> question, MediaIoctl code)
        where T : unmanaged
    {
        var found = new List<T>();
        while (true)
        {
            var entry = question((uint)found.Count);
            var status = Session.Ioctl(code, ref entry);
            if (status == 0) found.Add(entry);
            else
            {
                Assert.Equal(Invalid, status);
                return found;
            }

            Assert.True(found.Count < 1000, $"{code} does not end");
        }
    }
}

using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Camera.Capabilities;

public sealed class StreamWireTests
{
    private static readonly CameraProfile Profile = new()
    {
        Name = "test", Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        Formats = [.. PixelFormats.All.Select(format => new FormatOffer { Format = format.FourCC, Sizes = Sizes(format) })],
    };

    private static readonly CapabilityLimits Limits = new(16, 3, 32);

    private static Gen<uint> Numbers { get; } = Gen.OneOf(
        Gen.Choose(0, 5000).Select(number => (uint)number),
        Gen.Elements<uint>(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff, 0x1_0000, uint.MaxValue),
        ArbMap.Default.GeneratorFor<uint>());

    [Fact]
    public void Whatever_a_driver_wants_it_is_given_what_the_camera_has()
    {
        var wanted = from format in Gen.OneOf(Numbers, Gen.Elements(PixelFormats.All.Select(each => each.FourCC.Value)))
                     from width in Numbers
                     from height in Numbers
                     from numerator in Numbers
                     from denominator in Numbers
                     select default(StreamConfig) with
                     {
                         FourCC = format, Width = width, Height = height, IntervalNumerator = numerator, IntervalDenominator = denominator,
                     };
        Prop.ForAll(wanted.ToArbitrary(), wire =>
        {
            var given = Profile.Adjust(StreamWire.Wanted(wire));
            var back = StreamWire.Given(given, Profile, Limits);

            // What was given may be asked for, comes back as it is, and its planes hold the frame.
            Assert.Equal(given, StreamWire.Wanted(back));
            Assert.Equal(given, Profile.Adjust(StreamWire.Wanted(back)));
            Assert.Equal(back, CameraWire.Read<StreamConfig>(CameraMessages.BytesOf(back)));
            var bytes = 0L;
            for (var plane = 0; plane < (int)back.PlaneCount; plane++) bytes += back.PlaneSize[plane];
            Assert.Equal(given.Layout().TotalBytes, bytes);
        }).QuickCheckThrowOnFailure();
    }

    private static System.Collections.Immutable.ImmutableArray<FrameSizeOffer> Sizes(PixelFormat format) =>
    [
        FrameSizeOffer.Of(640, 480, new FrameInterval(1, 60), new FrameInterval(1, 5)),
        new FrameSizeOffer
        {
            MinimumWidth = 64 * format.WidthMultiple, MinimumHeight = 48 * format.HeightMultiple,
            MaximumWidth = 128 * format.WidthMultiple, MaximumHeight = 96 * format.HeightMultiple,
            StepWidth = format.WidthMultiple, StepHeight = format.HeightMultiple,
            ShortestInterval = new FrameInterval(1, 120), LongestInterval = new FrameInterval(1, 30),
        },
    ];
}

using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;
using CameraFabric.Sensors.Synthetic;

namespace CameraFabric.Sensors.Replay;

/// <summary>Writes the self-description of a camera that replays: one format, one size, one rate.</summary>
internal static class ReplayProfile
{
    private const int PaceDelay = 1;

    public static CameraProfile Make(string cameraId, ReplayOptions options, StreamConfiguration recorded)
    {
        var interval = AtRate(recorded.Interval, options.Rate);
        var isPaceable = options.PerFrame && options.Rate != 0;
        return new CameraProfile
        {
            Name = cameraId,
            Model = "Camera Fabric replay",
            Id = SyntheticProfile.IdOf(cameraId),
            PipelineDepth = isPaceable ? PaceDelay + 1 : 1,
            Formats =
            [
                new FormatOffer
                {
                    Format = recorded.Format,
                    Sizes = [FrameSizeOffer.Of(recorded.Width, recorded.Height, interval, interval)],
                },
            ],
            Controls = [Pace(interval.Nanoseconds, isPaceable), ControlCatalogue.SensorTimestamp with { Direction = ControlDirection.Out }],
        };
    }

    /// <summary>The interval between frames when they are shown faster or slower than they were recorded; rate 0 keeps the
    /// recording's.</summary>
    internal static FrameInterval AtRate(FrameInterval recorded, double rate)
    {
        if (rate is 0 or 1) return recorded;

        // Millionths are finer than anyone will ask; as whole numbers they keep 30000/1001 exact at rate 2.
        var numerator = (UInt128)recorded.Numerator * 1_000_000;
        var denominator = (UInt128)recorded.Denominator * (UInt128)Math.Round(rate * 1_000_000);
        var divisor = GreatestCommonDivisor(numerator, denominator);
        (numerator, denominator) = (numerator / divisor, denominator / divisor);
        while (numerator > uint.MaxValue || denominator > uint.MaxValue)
            (numerator, denominator) = ((numerator + 1) / 2, (denominator + 1) / 2);
        return new FrameInterval((uint)numerator, (uint)denominator);
    }

    private static ControlInfo Pace(long duration, bool isPaceable) => ControlCatalogue.FrameDuration with
    {
        Direction = isPaceable ? ControlDirection.InOut : ControlDirection.Out,
        Scope = ControlScope.Frame,
        DelayFrames = isPaceable ? PaceDelay : 0,
        Minimum = isPaceable ? 1_000_000 : duration,
        Maximum = isPaceable ? Math.Max(10_000_000_000, duration) : duration,
        Step = 0,
        Default = duration,
    };

    private static UInt128 GreatestCommonDivisor(UInt128 a, UInt128 b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}

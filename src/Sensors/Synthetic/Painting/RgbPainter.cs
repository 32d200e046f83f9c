using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Synthetic.Painting;

/// <summary>RGB3 and BGR3: three bytes a pixel.</summary>
/// <param name="redFirst">True for RGB3.</param>
internal sealed class RgbPainter(bool redFirst) : PixelPainter
{
    private readonly bool _redFirst = redFirst;

    public override void FillRun(FrameLayout layout, Span<byte> frame, int y, int x0, int x1, in Tone tone)
    {
        var (red, blue) = ((byte)(tone.Red >> 8), (byte)(tone.Blue >> 8));
        ReadOnlySpan<byte> pixel = _redFirst ? [red, (byte)(tone.Green >> 8), blue] : [blue, (byte)(tone.Green >> 8), red];
        RepeatedPattern.Fill(Row(layout.Planes[0], frame, y)[(3 * x0)..(3 * x1)], pixel);
    }

    public override int Level(FrameLayout layout, ReadOnlySpan<byte> frame, int x, int y) => Row(layout.Planes[0], frame, y)[(3 * x) + 1];
}

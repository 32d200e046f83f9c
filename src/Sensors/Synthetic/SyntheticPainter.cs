using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Synthetic.Painting;
using CameraFabric.Sensors.Synthetic.Scenes;

namespace CameraFabric.Sensors.Synthetic;

/// <summary>
/// Paints the pictures of one configuration: the background from the cache, what moves, the stamp. A frame with settings that were used
/// lately costs one copy and a few small rectangles. Not thread-safe.
/// </summary>
internal sealed class SyntheticPainter
{
    private readonly FrameLayout _layout;
    private readonly uint _seed;
    private readonly bool _stamps;
    private readonly PixelPainter _painter;
    private readonly Still?[] _stills = new Still?[(int)SyntheticPattern.GreyRamp + 1];
    private readonly Road _road;
    private BackgroundCache? _backgrounds;

    public SyntheticPainter(FrameLayout layout, SyntheticOptions options)
    {
        if (!PixelPainter.TryGet(layout.Format.FourCC, out _painter))
            throw new ArgumentException($"{layout.Format} cannot be painted.", nameof(layout));
        _layout = layout;
        _seed = options.Seed;
        _stamps = options.Stamp && FrameStamp.Fits(layout);
        _road = new Road(layout.Width, layout.Height);
    }

    /// <summary>Bytes of a picture.</summary>
    public int FrameBytes => _layout.TotalBytes;

    /// <summary>Paints one picture.</summary>
    /// <param name="pixels">Where; all of the layout's bytes are written.</param>
    /// <param name="settings">What it is exposed with.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="edge">Its moment, nanoseconds.</param>
    public void Paint(Span<byte> pixels, SyntheticSettings settings, ulong sequence, long edge)
    {
        pixels = pixels[.._layout.TotalBytes];
        var view = new View(_layout.Width, _layout.Height, settings.Array, settings.Crop, settings.FlipX, settings.FlipY);
        var background = Background(new Look(settings.Pattern, view, settings.Brightness));
        if (settings.Pattern == SyntheticPattern.Noise) RowCopy.Shuffle(_layout, background, pixels, sequence + _seed);
        else background.CopyTo(pixels);
        if (settings.Pattern == SyntheticPattern.MovingScene)
            Traffic.Paint(new Canvas(_layout, pixels, _painter, view, settings.Brightness), _road, edge);
        if (_stamps) FrameStamp.Write(_layout, pixels, Truth(settings, sequence));
    }

    /// <summary>Gives the memory of the backgrounds back; the next picture takes it anew.</summary>
    public void Forget() => _backgrounds = null;

    private static FrameTruth Truth(SyntheticSettings settings, ulong sequence) => new(
        sequence,
        settings.ExposureTime,
        settings.AnalogueGainRaw,
        settings.FrameDuration,
        (byte)settings.Pattern,
        (byte)((settings.FlipX ? 1 : 0) | (settings.FlipY ? 2 : 0)),
        settings.Crop.X,
        settings.Crop.Y,
        settings.Crop.Width,
        settings.Crop.Height);

    private ReadOnlySpan<byte> Background(in Look look)
    {
        _backgrounds ??= new BackgroundCache(_layout.TotalBytes);
        var background = _backgrounds.Get(look, out var isPainted);
        if (isPainted) return background;
        var still = look.Pattern == SyntheticPattern.MovingScene
            ? _road
            : _stills[(int)look.Pattern] ??= Stills.Make(look.Pattern, _layout.Width, _layout.Height, _seed);
        new Canvas(_layout, background, _painter, look.View, look.Brightness).Paint(still);
        return background;
    }
}

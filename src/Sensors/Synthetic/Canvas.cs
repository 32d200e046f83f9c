using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Synthetic.Painting;

namespace CameraFabric.Sensors.Synthetic;

/// <summary>A frame being painted: shapes in the scene's coordinates come out where, and as bright as, crop, flips, exposure and gain put
/// them.</summary>
internal readonly ref struct Canvas(FrameLayout layout, Span<byte> frame, PixelPainter painter, View view, int brightness)
{
    private readonly FrameLayout _layout = layout;
    private readonly Span<byte> _frame = frame;
    private readonly PixelPainter _painter = painter;
    private readonly View _view = view;
    private readonly int _brightness = brightness;

    /// <summary>Columns of the scene.</summary>
    public int Width => _view.Width;

    /// <summary>Rows of the scene.</summary>
    public int Height => _view.Height;

    /// <summary>Fills columns [x0, x1) of rows [y0, y1) of the scene; what lies outside the picture is cut off.</summary>
    public void FillRectangle(int x0, int y0, int x1, int y1, uint rgb)
    {
        var (left, right) = (_view.PictureX(x0), _view.PictureX(x1));
        var (top, bottom) = (_view.PictureY(y0), _view.PictureY(y1));
        if (left >= right || top >= bottom) return;
        if (_view.FlipX) (left, right) = (_view.Width - right, _view.Width - left);
        if (_view.FlipY) (top, bottom) = (_view.Height - bottom, _view.Height - top);
        var tone = Tone.From(rgb, _brightness);
        for (var y = top; y < bottom; y++) _painter.FillRun(_layout, _frame, y, left, right, tone);
    }

    /// <summary>Fills a disc.</summary>
    public void FillDisc(int centreX, int centreY, int radius, uint rgb)
    {
        for (var dy = -radius; dy <= radius; dy++)
        {
            var half = (int)Math.Sqrt(((long)radius * radius) - ((long)dy * dy));
            FillRectangle(centreX - half, centreY + dy, centreX + half + 1, centreY + dy + 1, rgb);
        }
    }

    /// <summary>Paints a whole still picture. Rows that are alike are painted once and copied.</summary>
    public void Paint(Scenes.Still still)
    {
        // For each kind of row and parity (rows of one parity have the same mosaic colours, and chroma or none): where it was painted last.
        Span<(int Key, int Row)> painted = stackalloc (int, int)[128];
        painted.Fill((-1, -1));
        for (var y = 0; y < _view.Height; y++)
        {
            var sceneY = _view.SceneY(_view.FlipY ? _view.Height - 1 - y : y);
            var key = still.RowKey(sceneY);
            ref var known = ref painted[((key & 63) * 2) + (y & 1)];
            if (known.Key == key)
            {
                RowCopy.Copy(_layout, _frame, known.Row, _frame, y);
            }
            else
            {
                PaintRow(still, sceneY, y);
                known = (key, y);
            }
        }
    }

    private void PaintRow(Scenes.Still still, int sceneY, int y)
    {
        var (rgb, tone) = (uint.MaxValue, default(Tone));
        for (var x = 0; x < _view.Width;)
        {
            var end = still.RunAt(_view.SceneX(x), sceneY, out var colour);
            var next = _view.PictureX(end);
            if (colour != rgb) (rgb, tone) = (colour, Tone.From(colour, _brightness));
            var (left, right) = _view.FlipX ? (_view.Width - next, _view.Width - x) : (x, next);
            _painter.FillRun(_layout, _frame, y, left, right, tone);
            x = next;
        }
    }
}

namespace CameraFabric.Sensors.Synthetic.Scenes;

/// <summary>Which still stands behind which pattern.</summary>
internal static class Stills
{
    private const int Anything = int.MaxValue;

    /// <summary>Makes the still of a pattern for a scene of a given size.</summary>
    public static Still Make(SyntheticPattern pattern, int width, int height, uint seed) => pattern switch
    {
        SyntheticPattern.SolidColour => new Plain(0x808080),
        SyntheticPattern.ColourBars => new Bars(width, height, fades: false, isDim: false),
        SyntheticPattern.ColourBarsFadeToGrey => new Bars(width, height, fades: true, isDim: false),
        SyntheticPattern.Noise => new Noise(width, height, seed),
        SyntheticPattern.ColourBars75 => new Bars(width, height, fades: false, isDim: true),
        SyntheticPattern.ColourBarsHorizontal => new HorizontalBars(width, height),
        SyntheticPattern.ColourSquares => new Squares(width, height),
        SyntheticPattern.Black => new Plain(0x000000),
        SyntheticPattern.White => new Plain(0xFFFFFF),
        SyntheticPattern.Red => new Plain(0xFF0000),
        SyntheticPattern.Green => new Plain(0x00FF00),
        SyntheticPattern.Blue => new Plain(0x0000FF),
        SyntheticPattern.Checkers16 => new Checkers(16, 16, 0x000000, 0xFFFFFF),
        SyntheticPattern.Checkers2 => new Checkers(2, 2, 0x000000, 0xFFFFFF),
        SyntheticPattern.Checkers1 => new Checkers(1, 1, 0x000000, 0xFFFFFF),
        SyntheticPattern.RedGreenCheckers2 => new Checkers(2, 2, 0xFF0000, 0x00FF00),
        SyntheticPattern.RedGreenCheckers1 => new Checkers(1, 1, 0xFF0000, 0x00FF00),
        SyntheticPattern.HorizontalLines => new Checkers(Anything, 1, 0x000000, 0xFFFFFF),
        SyntheticPattern.VerticalLines => new Checkers(1, Anything, 0x000000, 0xFFFFFF),
        SyntheticPattern.Cross1 => new Cross(width, height, 1),
        SyntheticPattern.Cross2 => new Cross(width, height, 2),
        SyntheticPattern.Cross10 => new Cross(width, height, 10),
        SyntheticPattern.GreyRamp => new Ramp(width, height),
        _ => new Road(width, height),
    };

    private sealed class Plain(uint rgb) : Still(1, 1)
    {
        private readonly uint _rgb = rgb;

        public override int RowKey(int y) => 0;

        public override int RunAt(int x, int y, out uint rgb)
        {
            rgb = _rgb;
            return Anything;
        }
    }

    private sealed class Bars(int width, int height, bool fades, bool isDim) : Still(width, height)
    {
        private const int Steps = 32;
        private readonly bool _fades = fades;
        private readonly bool _isDim = isDim;

        public override int RowKey(int y) => _fades ? (int)((long)y * Steps / Height) : 0;

        public override int RunAt(int x, int y, out uint rgb)
        {
            var bar = (int)((long)x * 8 / Width);
            rgb = (_isDim ? Palette.Bars75 : Palette.Bars)[bar & 7];
            if (_fades) rgb = Palette.Between(rgb, 0x808080, RowKey(y), Steps);
            return EndOf(bar, 8, Width);
        }
    }

    private sealed class HorizontalBars(int width, int height) : Still(width, height)
    {
        public override int RowKey(int y) => (int)((long)y * 8 / Height);

        public override int RunAt(int x, int y, out uint rgb)
        {
            rgb = Palette.Bars[RowKey(y) & 7];
            return Anything;
        }
    }

    private sealed class Squares(int width, int height) : Still(width, height)
    {
        public override int RowKey(int y) => (int)((long)y * 6 / Height);

        public override int RunAt(int x, int y, out uint rgb)
        {
            var column = (int)((long)x * 8 / Width);
            rgb = Palette.Bars[((column * 3) + (RowKey(y) * 5)) & 7];
            return EndOf(column, 8, Width);
        }
    }

    private sealed class Checkers(int columns, int rows, uint first, uint second) : Still(1, 1)
    {
        private readonly int _columns = columns;
        private readonly int _rows = rows;
        private readonly uint _first = first;
        private readonly uint _second = second;

        public override int RowKey(int y) => (y / _rows) & 1;

        public override int RunAt(int x, int y, out uint rgb)
        {
            var column = x / _columns;
            rgb = ((column ^ RowKey(y)) & 1) == 0 ? _first : _second;
            return _columns == Anything ? Anything : (column + 1) * _columns;
        }
    }

    private sealed class Cross(int width, int height, int thickness) : Still(width, height)
    {
        private readonly int _left = (width - thickness) / 2;
        private readonly int _top = (height - thickness) / 2;
        private readonly int _thickness = thickness;

        public override int RowKey(int y) => IsIn(y, _top) ? 1 : 0;

        public override int RunAt(int x, int y, out uint rgb)
        {
            rgb = IsIn(y, _top) || IsIn(x, _left) ? 0xFFFFFFu : 0;
            if (IsIn(y, _top)) return Anything;
            return x < _left ? _left : IsIn(x, _left) ? _left + _thickness : Anything;
        }

        private bool IsIn(int at, int start) => at >= start && at < start + _thickness;
    }

    private sealed class Ramp(int width, int height) : Still(width, height)
    {
        public override int RowKey(int y) => 0;

        public override int RunAt(int x, int y, out uint rgb)
        {
            var level = (int)((long)x * 256 / Width);
            rgb = Palette.Grey(level);
            return EndOf(level, 256, Width);
        }
    }

    /// <summary>8 different pairs of rows; the sensor draws its rows from them by lot, frame by frame.</summary>
    private sealed class Noise(int width, int height, uint seed) : Still(width, height)
    {
        private readonly uint _seed = seed;

        public override int RowKey(int y) => y & 15;

        public override int RunAt(int x, int y, out uint rgb)
        {
            var hash = ((uint)x * 0x9E3779B1u) ^ ((uint)RowKey(y) * 0x85EBCA77u) ^ _seed;
            hash = (hash ^ (hash >> 15)) * 0x2C1B3C6Du;
            hash = (hash ^ (hash >> 12)) * 0x297A2D39u;
            rgb = Palette.Grey((int)(hash >> 24));
            return x + 1;
        }
    }

    /// <summary>The first position after part <paramref name="index"/> of <paramref name="count"/> parts of a length.</summary>
    private static int EndOf(int index, int count, int length) => (int)((((long)index + 1) * length + count - 1) / count);
}

namespace CameraFabric.Sensors.Synthetic.Scenes;

/// <summary>
/// The still part of the moving scene: sky, two hills, meadows, a road to the horizon, and at the bottom a strip of colour bars beside a
/// grey ramp.
/// </summary>
internal sealed class Road(int width, int height) : Still(width, height)
{
    private const int Shades = 48;
    private const uint HillFar = 0x6C8A8C, HillNear = 0x52744E, Tarmac = 0x4A4C50, Edge = 0xD8D8D0;

    /// <summary>The row where sky and land meet.</summary>
    public int Horizon => Height * 45 / 100;

    /// <summary>The first row of the strip of colours at the bottom.</summary>
    public int Strip => Height - (Height / 16);

    /// <summary>Half the width of the road in a row below the horizon.</summary>
    public int RoadHalf(int y) => (Width / 60) + (int)((long)(y - Horizon) * Width * 38 / 100 / Math.Max(1, Height - Horizon));

    public override int RowKey(int y) => y < Strip ? y : Strip;

    public override int RunAt(int x, int y, out uint rgb)
    {
        if (y >= Strip) return StripRun(x, out rgb);
        if (y < Horizon) return SkyRun(x, y, out rgb);

        var depth = (y - Horizon) * Shades / Math.Max(1, Height - Horizon);
        var (middle, half) = (Width / 2, RoadHalf(y));
        var line = Math.Max(1, half / 24);
        rgb = Palette.Between(0x5E7F46, 0x3C6428, depth, Shades);
        if (x < middle - half) return middle - half;
        if (x >= middle + half) return int.MaxValue;
        rgb = Edge;
        if (x < middle - half + line) return middle - half + line;
        if (x >= middle + half - line) return middle + half;
        rgb = Tarmac;
        return middle + half - line;
    }

    private int SkyRun(int x, int y, out uint rgb)
    {
        // The hills are parabolas: row by row one run each, the near one in front.
        var near = HillAt(y, Width * 72 / 100, Width * 30 / 100, Height * 14 / 100);
        var far = HillAt(y, Width * 30 / 100, Width * 44 / 100, Height * 20 / 100);
        var sky = Palette.Between(0x3F78C4, 0xC4DCEE, y * Shades / Math.Max(1, Horizon) * 1000 / Shades, 1000);
        if (x >= near.Start && x < near.End)
        {
            rgb = HillNear;
            return near.End;
        }

        var end = x < near.Start ? near.Start : int.MaxValue;
        if (x >= far.Start && x < far.End)
        {
            rgb = HillFar;
            return Math.Min(end, far.End);
        }

        rgb = sky;
        return x < far.Start ? Math.Min(end, far.Start) : end;
    }

    private (int Start, int End) HillAt(int y, int middle, int half, int top)
    {
        var below = y - (Horizon - top);
        if (below < 0 || top == 0) return (-1, -1);
        var reach = (int)(half * Math.Sqrt((double)below / top));
        return (middle - reach, middle + reach + 1);
    }

    private int StripRun(int x, out uint rgb)
    {
        var half = Width / 2;
        if (x < half)
        {
            var bar = Math.Min(7, (int)((long)x * 8 / Math.Max(1, half)));
            rgb = Palette.Bars[bar];
            return Math.Max(x + 1, (int)((((long)bar + 1) * half + 7) / 8));
        }

        var level = Math.Min(31, (int)((long)(x - half) * 32 / Math.Max(1, Width - half)));
        rgb = Palette.Grey(level * 255 / 31);
        return Math.Max(x + 1, half + (int)((((long)level + 1) * (Width - half) + 31) / 32));
    }
}

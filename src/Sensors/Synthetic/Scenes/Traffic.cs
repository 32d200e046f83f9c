namespace CameraFabric.Sensors.Synthetic.Scenes;

/// <summary>
/// The moving part of the moving scene. Everything is where the time says, to the nanosecond of the frame's edge: cameras that look at the
/// same moment see the same, whatever their rates.
/// </summary>
internal static class Traffic
{
    private const double Second = 1e9;
    private const int Dashes = 7;

    /// <summary>Paints what moves over the still road.</summary>
    /// <param name="canvas">The frame, with the road in it.</param>
    /// <param name="road">The road.</param>
    /// <param name="time">The moment, in nanoseconds of the frame clock.</param>
    public static void Paint(Canvas canvas, Road road, long time)
    {
        PaintDashes(canvas, road, time);
        var sway = Math.Sin(Angle(time, 7));
        PaintCar(canvas, road, depth: 0.30 + (0.12 * Math.Sin(Angle(time, 11))), side: 0.32 + (0.1 * sway), 0xB03028, lights: 0xFF4030);
        PaintCar(canvas, road, depth: Phase(time, 6), side: -0.45, 0x2C54A0, lights: 0xFFFFE0);
        PaintBall(canvas, time);
        PaintHand(canvas, road, time);
    }

    private static void PaintDashes(Canvas canvas, Road road, long time)
    {
        var land = road.Strip - road.Horizon;
        var shift = Phase(time, 1);
        for (var dash = 0; dash < Dashes; dash++)
        {
            var (far, near) = ((dash + shift) / Dashes, (dash + shift + 0.45) / Dashes);
            var (top, bottom) = (road.Horizon + (int)(land * far * far), road.Horizon + (int)(land * near * near));
            bottom = Math.Min(bottom, road.Strip);
            var half = Math.Max(1, road.RoadHalf((top + bottom) / 2) / 40);
            canvas.FillRectangle((canvas.Width / 2) - half, top, (canvas.Width / 2) + half, bottom, 0xE8E4C8);
        }
    }

    private static void PaintCar(Canvas canvas, Road road, double depth, double side, uint rgb, uint lights)
    {
        var land = road.Strip - road.Horizon;
        var ground = road.Horizon + (int)(land * depth * depth) + (land / 40);
        var half = road.RoadHalf(ground);
        var (x, w) = ((canvas.Width / 2) + (int)(half * side), Math.Max(2, half / 4));
        var h = Math.Max(2, w * 2 / 3);
        ground = Math.Min(ground, road.Strip);
        canvas.FillRectangle(x - w, ground - h, x + w, ground - (h / 6), rgb);
        canvas.FillRectangle(x - (w * 3 / 4), ground - (h * 7 / 4), x + (w * 3 / 4), ground - h, Palette.Between(rgb, 0x000000, 1, 4));
        canvas.FillRectangle(x - (w * 5 / 8), ground - (h * 13 / 8), x + (w * 5 / 8), ground - h, 0xA8C4D4);
        canvas.FillRectangle(x - (w * 7 / 8), ground - (h / 3), x - (w / 2), ground, 0x181818);
        canvas.FillRectangle(x + (w / 2), ground - (h / 3), x + (w * 7 / 8), ground, 0x181818);
        canvas.FillRectangle(x - w, ground - (h * 4 / 5), x - (w * 3 / 4), ground - (h / 2), lights);
        canvas.FillRectangle(x + (w * 3 / 4), ground - (h * 4 / 5), x + w, ground - (h / 2), lights);
    }

    private static void PaintBall(Canvas canvas, long time)
    {
        var radius = Math.Max(2, canvas.Height / 28);
        var across = Phase(time, 5);
        across = across < 0.5 ? across * 2 : 2 - (across * 2);
        var fall = (2 * Phase(time, 2)) - 1;
        var x = radius + (int)((canvas.Width - (2 * radius)) * across);
        var y = (canvas.Height / 6) + (int)(canvas.Height * 0.4 * fall * fall);
        canvas.FillDisc(x, y, radius, 0xF0C020);
        canvas.FillDisc(x - (radius / 3), y - (radius / 3), Math.Max(1, radius / 4), 0xFFFFFF);
    }

    /// <summary>A clock's hand: once across the strip at the bottom in a second.</summary>
    private static void PaintHand(Canvas canvas, Road road, long time)
    {
        var half = Math.Max(1, canvas.Width / 320);
        var x = (int)(canvas.Width * Phase(time, 1));
        canvas.FillRectangle(x - (2 * half), road.Strip, x + (2 * half), canvas.Height, 0x000000);
        canvas.FillRectangle(x - half, road.Strip, x + half, canvas.Height, 0xFFFFFF);
    }

    private static double Phase(long time, int seconds) => time / Second % seconds / seconds;

    private static double Angle(long time, int seconds) => Phase(time, seconds) * 2 * Math.PI;
}

namespace CameraFabric.Sensors.Synthetic.Scenes;

/// <summary>The colours of the test patterns.</summary>
internal static class Palette
{
    /// <summary>White, yellow, cyan, green, magenta, red, blue, black: in falling luma.</summary>
    public static ReadOnlySpan<uint> Bars => [0xFFFFFF, 0xFFFF00, 0x00FFFF, 0x00FF00, 0xFF00FF, 0xFF0000, 0x0000FF, 0x000000];

    /// <summary>The same with three quarters of the saturation and level.</summary>
    public static ReadOnlySpan<uint> Bars75 => [0xBFBFBF, 0xBFBF00, 0x00BFBF, 0x00BF00, 0xBF00BF, 0xBF0000, 0x0000BF, 0x000000];

    /// <summary>A grey of the given level.</summary>
    public static uint Grey(int level) => (uint)level * 0x010101;

    /// <summary>A colour between two: <paramref name="part"/> of <paramref name="whole"/> on the way from one to the other.</summary>
    public static uint Between(uint from, uint to, int part, int whole)
    {
        var rgb = 0u;
        for (var shift = 0; shift <= 16; shift += 8)
        {
            var (a, b) = ((int)(from >> shift) & 0xFF, (int)(to >> shift) & 0xFF);
            rgb |= (uint)(a + ((b - a) * part / whole)) << shift;
        }

        return rgb;
    }
}

namespace CameraFabric.Sensors.Synthetic.Painting;

/// <summary>
/// One colour in every representation that a pixel format may ask for, each scaled to 16 bits so that a format of any depth takes its
/// uppermost bits. Colours given with 8 bits come back exactly in an 8-bit format.
/// </summary>
/// <remarks>
/// Y, Cb and Cr are those of ITU-R BT.601 in limited range: what V4L2 takes an unmarked sRGB camera to mean (V4L2_COLORSPACE_SRGB).
/// Brightness multiplies the code values themselves, so that twice the exposure gives twice the value in every format until it saturates; a
/// sensor with gamma would be less easy to check by calculation.
/// </remarks>
internal readonly record struct Tone(ushort Red, ushort Green, ushort Blue, ushort Grey, ushort Luma, ushort Cb, ushort Cr, ushort Depth)
{
    /// <summary>A brightness of one, in 1/65536.</summary>
    public const int Unity = 1 << 16;

    /// <summary>The darkest tone of every format; in a depth picture "nothing measured".</summary>
    public static Tone StampBlack { get; } = From(0x000000, Unity) with { Depth = 0 };

    /// <summary>The brightest tone of every format; in a depth picture the farthest distance that can be written.</summary>
    public static Tone StampWhite { get; } = From(0xFFFFFF, Unity) with { Depth = ushort.MaxValue };

    /// <summary>Makes the tone of a colour under a light.</summary>
    /// <param name="rgb">0xRRGGBB.</param>
    /// <param name="brightness">The factor of exposure and gain, in 1/65536 (<see cref="Unity"/>).</param>
    public static Tone From(uint rgb, int brightness)
    {
        var (r8, g8, b8) = ((int)(rgb >> 16) & 0xFF, (int)(rgb >> 8) & 0xFF, (int)rgb & 0xFF);
        var (r, g, b) = (Lit(r8, brightness), Lit(g8, brightness), Lit(b8, brightness));

        // Coefficients in 1/65536; r, g and b count 257 for one 8-bit step, luma and chroma 256.
        var luma = (16L << 8) + (((16829L * r) + (33039L * g) + (6416L * b)) / 65536 * 256 / 257);
        var cb = (128L << 8) + (((-9714L * r) - (19070L * g) + (28784L * b)) / 65536 * 256 / 257);
        var cr = (128L << 8) + (((28784L * r) - (24103L * g) - (4681L * b)) / 65536 * 256 / 257);
        var grey = ((19595L * r) + (38470L * g) + (7471L * b)) >> 16;

        // Near is bright. A depth sensor brings its own light, so that neither exposure nor gain moves what it measures.
        var unlit = ((299 * r8) + (587 * g8) + (114 * b8)) / 1000;
        var depth = 400 + ((255 - unlit) * 36);
        return new Tone((ushort)r, (ushort)g, (ushort)b, (ushort)grey, (ushort)luma, (ushort)cb, (ushort)cr, (ushort)depth);
    }

    /// <summary>Takes the uppermost bits of a luma or chroma value, rounded to the nearest.</summary>
    public static int Rounded(ushort value, int bits) => Math.Min((1 << bits) - 1, (value + (1 << (15 - bits))) >> (16 - bits));

    private static long Lit(int component, int brightness) => Math.Min(ushort.MaxValue, (component * 257L * brightness) >> 16);
}

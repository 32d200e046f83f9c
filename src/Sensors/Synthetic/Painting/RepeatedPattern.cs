namespace CameraFabric.Sensors.Synthetic.Painting;

/// <summary>Fills memory with a pattern whose length is no power of two.</summary>
internal static class RepeatedPattern
{
    /// <summary>Repeats a pattern over a whole span: each copy doubles what is there, so that long runs move at the speed of
    /// memory.</summary>
    /// <param name="target">A whole number of patterns, or nothing.</param>
    /// <param name="pattern">At least one byte.</param>
    public static void Fill(Span<byte> target, ReadOnlySpan<byte> pattern)
    {
        if (target.IsEmpty) return;
        pattern.CopyTo(target);
        var filled = pattern.Length;
        while (filled < target.Length)
        {
            var next = Math.Min(filled, target.Length - filled);
            target[..next].CopyTo(target[filled..]);
            filled += next;
        }
    }
}

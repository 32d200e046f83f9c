namespace CameraFabric.Sensors.Synthetic.Scenes;

/// <summary>A picture that stands still, described as runs of one colour in its rows. A pure function of its size: it keeps nothing of what
/// it is asked.</summary>
internal abstract class Still(int width, int height)
{
    /// <summary>Columns, more than 0.</summary>
    protected int Width { get; } = width;

    /// <summary>Rows, more than 0.</summary>
    protected int Height { get; } = height;

    /// <summary>Rows with the same key look the same. Any number from 0 on.</summary>
    public virtual int RowKey(int y) => y;

    /// <summary>The colour of a pixel, and where the run of that colour ends.</summary>
    /// <param name="x">A column of the scene.</param>
    /// <param name="y">A row of the scene.</param>
    /// <param name="rgb">0xRRGGBB.</param>
    /// <returns>A column right of <paramref name="x"/> up to which the colour holds; it may be beyond the width.</returns>
    public abstract int RunAt(int x, int y, out uint rgb);
}

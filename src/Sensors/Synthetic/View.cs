namespace CameraFabric.Sensors.Synthetic;

/// <summary>
/// Which part of the scene a picture shows and which way round: the scene is as many pixels wide and high as the picture; a crop of the
/// sensor's array enlarges its part of the scene to the whole picture (nearest neighbour), and flips mirror the result.
/// </summary>
/// <param name="Width">Columns of the picture, and of the scene.</param>
/// <param name="Height">Rows of the picture, and of the scene.</param>
/// <param name="Array">Size of the sensor's array; the crop counts in its pixels.</param>
/// <param name="Crop">The part read out; inside the array, not empty.</param>
/// <param name="FlipX">Mirrored left to right.</param>
/// <param name="FlipY">Turned upside down.</param>
internal readonly record struct View(int Width, int Height, ArraySize Array, CropWindow Crop, bool FlipX, bool FlipY)
{
    /// <summary>The column of the scene that an unmirrored column of the picture shows.</summary>
    public int SceneX(int x) => (int)((((long)Crop.X * Width) + ((long)x * Crop.Width)) / Array.Width);

    /// <summary>The row of the scene that an unmirrored row of the picture shows.</summary>
    public int SceneY(int y) => (int)((((long)Crop.Y * Height) + ((long)y * Crop.Height)) / Array.Height);

    /// <summary>The first unmirrored column that shows a column of the scene, or one right of it; from 0 to <see cref="Width"/>.</summary>
    public int PictureX(int sceneX) => First(sceneX, Width, Array.Width, Crop.X, Crop.Width);

    /// <summary>The first unmirrored row that shows a row of the scene, or one below it; from 0 to <see cref="Height"/>.</summary>
    public int PictureY(int sceneY) => First(sceneY, Height, Array.Height, Crop.Y, Crop.Height);

    private static int First(int scene, int size, int array, int cropStart, int cropSize)
    {
        var distance = ((long)scene * array) - ((long)cropStart * size);
        return distance <= 0 ? 0 : (int)Math.Min(size, (distance + cropSize - 1) / cropSize);
    }
}

/// <summary>The size of the sensor's array of pixels.</summary>
internal readonly record struct ArraySize(int Width, int Height);

/// <summary>A rectangle of the sensor's array.</summary>
internal readonly record struct CropWindow(int X, int Y, int Width, int Height)
{
    /// <summary>How far in the digital zoom goes.</summary>
    public const int MaximumZoom = 16;

    /// <summary>
    /// The nearest window that the array allows: at least a sixteenth of it each way, moved inside. An empty one (which is what a
    /// control that nobody has set holds) means the whole array.
    /// </summary>
    public static CropWindow Nearest(int x, int y, int width, int height, ArraySize array)
    {
        if (width <= 0 || height <= 0) return new CropWindow(0, 0, array.Width, array.Height);
        width = Math.Clamp(width, Math.Max(1, array.Width / MaximumZoom), array.Width);
        height = Math.Clamp(height, Math.Max(1, array.Height / MaximumZoom), array.Height);
        return new CropWindow(Math.Clamp(x, 0, array.Width - width), Math.Clamp(y, 0, array.Height - height), width, height);
    }
}

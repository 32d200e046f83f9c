using System.Collections.Frozen;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Synthetic.Painting;

/// <summary>Which painter serves which V4L2 pixel format (names and packings: Linux, videodev2.h and "Image Formats" of its media
/// documentation).</summary>
internal static class PainterCatalogue
{
    public static FrozenDictionary<uint, PixelPainter> All()
    {
        var painters = new Dictionary<uint, PixelPainter>();
        void Add(PixelPainter painter, params ReadOnlySpan<string> formats)
        {
            foreach (var format in formats) painters.Add(FourCC.Parse(format).Value, painter);
        }

        Add(new SemiPlanarPainter(wide: false), "NV12");
        Add(new SemiPlanarPainter(wide: true), "P010");
        Add(new PlanarPainter(columnShift: 1, rowShift: 1), "YU12");
        Add(new PlanarPainter(columnShift: 1, rowShift: 0), "422P");
        Add(new PlanarPainter(columnShift: 0, rowShift: 0), "YM24");
        Add(new PackedYuvPainter(lumaFirst: true), "YUYV");
        Add(new PackedYuvPainter(lumaFirst: false), "UYVY");
        Add(new RgbPainter(redFirst: true), "RGB3");
        Add(new RgbPainter(redFirst: false), "BGR3");

        var grey = MosaicOrder.Uniform(MosaicColour.Grey);
        Add(new MosaicPainter(MosaicOrder.Uniform(MosaicColour.Depth), new WordPacking(16)), "Z16 ");
        Add(new MosaicPainter(grey, new BytePacking()), "GREY");
        Add(new MosaicPainter(grey, new WordPacking(10)), "Y10 ");
        Add(new MosaicPainter(grey, new WordPacking(12)), "Y12 ");
        Add(new MosaicPainter(grey, new WordPacking(14)), "Y14 ");
        Add(new MosaicPainter(grey, new WordPacking(16)), "Y16 ");
        Add(new MosaicPainter(grey, new MipiPacking(10)), "Y10P");
        Add(new MosaicPainter(grey, new MipiPacking(12)), "Y12P");
        Add(new MosaicPainter(grey, new MipiPacking(14)), "Y14P");

        AddBayer(MosaicOrder.Rggb, "RGGB", "RG10", "RG12", "RG14", "RG16", "pRAA", "pRCC", "pREE");
        AddBayer(MosaicOrder.Bggr, "BA81", "BG10", "BG12", "BG14", "BYR2", "pBAA", "pBCC", "pBEE");
        AddBayer(MosaicOrder.Gbrg, "GBRG", "GB10", "GB12", "GB14", "GB16", "pGAA", "pGCC", "pGEE");
        AddBayer(MosaicOrder.Grbg, "GRBG", "BA10", "BA12", "GR14", "GR16", "pgAA", "pgCC", "pgEE");
        return painters.ToFrozenDictionary();

        void AddBayer(MosaicOrder order, string bytes, string ten, string twelve, string fourteen, string sixteen, string tenPacked,
            string twelvePacked, string fourteenPacked)
        {
            Add(new MosaicPainter(order, new BytePacking()), bytes);
            Add(new MosaicPainter(order, new WordPacking(10)), ten);
            Add(new MosaicPainter(order, new WordPacking(12)), twelve);
            Add(new MosaicPainter(order, new WordPacking(14)), fourteen);
            Add(new MosaicPainter(order, new WordPacking(16)), sixteen);
            Add(new MosaicPainter(order, new MipiPacking(10)), tenPacked);
            Add(new MosaicPainter(order, new MipiPacking(12)), twelvePacked);
            Add(new MosaicPainter(order, new MipiPacking(14)), fourteenPacked);
        }
    }
}

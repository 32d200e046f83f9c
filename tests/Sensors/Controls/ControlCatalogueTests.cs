using System.Text;
using CameraFabric.Engineering;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Tests.Controls;

public sealed class ControlCatalogueTests
{
    private static readonly string _root = ControlGenerator.FindRoot(AppContext.BaseDirectory);

    [Theory]
    [InlineData(ControlGenerator.CodePath)]
    [InlineData(ControlGenerator.PagePath)]
    public void Generated_file_is_what_the_generator_makes_of_the_data(string path)
    {
        var controls = ControlGenerator.Read(File.ReadAllText(Path.Combine(_root, ControlGenerator.DataPath)));
        var fresh = path == ControlGenerator.CodePath ? ControlGenerator.Code(controls) : ControlGenerator.Page(controls);
        Assert.True(fresh == File.ReadAllText(Path.Combine(_root, path)), $"{path} is stale: dotnet run eng/generate-controls.cs");
    }

    [Fact]
    public void Data_with_a_misspelt_member_is_refused() => Assert.Contains("'dely'", Assert.Throws<FormatException>(
        () => ControlGenerator.Read("""[{ "id": "0x1", "name": "X", "type": "Bool", "dely": 1, "description": "" }]""")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Catalogue_has_all_core_controls_of_libcamera_then_ours_then_drafts()
    {
        Assert.Equal(Enumerable.Range(1, 53).Select(id => (uint)id), ControlCatalogue.All.Select(control => control.Id)
            .Where(id => id < 0x100));
        Assert.Equal([0x100u, 0x101u], ControlCatalogue.All.Select(control => control.Id)
            .Where(id => id is >= 0x100 and < ControlCatalogue.FirstDraft));
        Assert.Equal(11, ControlCatalogue.All.Count(control => control.Id >= ControlCatalogue.FirstDraft));
    }

    // Ids are on the wire and in saved profiles: a change here breaks them.
    [Theory]
    [InlineData("AeEnable", 0x0001u, ControlType.Bool)]
    [InlineData("ExposureTime", 0x0007u, ControlType.Int64)]
    [InlineData("AnalogueGain", 0x0009u, ControlType.Fixed)]
    [InlineData("ScalerCrop", 0x001Bu, ControlType.Rectangle)]
    [InlineData("DigitalGain", 0x001Cu, ControlType.Fixed)]
    [InlineData("FrameDuration", 0x001Du, ControlType.Int64)]
    [InlineData("FrameDurationLimits", 0x001Eu, ControlType.Int64)]
    [InlineData("Hue", 0x0035u, ControlType.Fixed)]
    [InlineData("HorizontalFlip", 0x0100u, ControlType.Bool)]
    [InlineData("VerticalFlip", 0x0101u, ControlType.Bool)]
    [InlineData("TestPatternMode", 0x10006u, ControlType.Int32)]
    public void Id_and_type_stay(string name, uint id, ControlType type)
    {
        Assert.True(ControlCatalogue.TryGet(name, out var byName));
        Assert.True(ControlCatalogue.TryGet(id, out var byId));
        Assert.Same(byName, byId);
        Assert.Equal((name, id, type), (byId.Name, byId.Id, byId.Type));
    }

    [Fact]
    public void Every_control_could_stand_in_a_valid_profile()
    {
        var interval = FrameInterval.FromRate(30);
        var profile = new CameraProfile
        {
            Name = "all",
            Formats = [new FormatOffer { Format = FourCC.Parse("NV12"), Sizes = [FrameSizeOffer.Of(64, 48, interval, interval)] }],
            Controls = [.. ControlCatalogue.All],
        };
        Assert.Empty(profile.Validate());
        Assert.All(ControlCatalogue.All, control =>
        {
            Assert.InRange(control.Description.Length, 10, 200);
            Assert.True(control.TryClamp(control.DefaultValue, out var given) || control.MinimumCount == 0);
            Assert.True(!control.IsWritable || given == control.DefaultValue, control.Name);
            Assert.True(Encoding.UTF8.GetByteCount(control.Name) <= 31);
        });
    }

    [Fact]
    public void Defaults_and_ranges_are_in_the_units_of_the_data()
    {
        Assert.Equal((65536, 16 * 65536, 65536), (ControlCatalogue.AnalogueGain.Minimum, ControlCatalogue.AnalogueGain.Maximum,
            ControlCatalogue.AnalogueGain.Default));
        Assert.Equal(("ns", 2), (ControlCatalogue.ExposureTime.Unit, ControlCatalogue.ExposureTime.DelayFrames));
        Assert.True(ControlCatalogue.AfTrigger.IsTrigger);
        Assert.Equal(new ControlMenuItem(256, "Custom1"), ControlCatalogue.TestPatternMode.Menu[^1]);
        Assert.Equal(0x8003_0005u, ControlCatalogue.VendorId(3, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => ControlCatalogue.VendorId(0x8000, 5));
        Assert.False(ControlCatalogue.TryGet(0xFFFFu, out _));
        Assert.False(ControlCatalogue.TryGet("Nothing", out _));
    }
}

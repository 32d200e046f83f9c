using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Tests.Controls;

public sealed class ControlInfoTests
{
    private static readonly ControlInfo _number =
        new() { Id = 1, Name = "Number", Type = ControlType.Int32, Minimum = 10, Maximum = 95, Step = 10, Default = 20 };

    [Theory]
    [InlineData(50, 50)]
    [InlineData(54, 50)]
    [InlineData(55, 60)]
    [InlineData(5, 10)]
    [InlineData(-1000, 10)]
    [InlineData(95, 90)]
    [InlineData(int.MaxValue, 90)]
    public void Number_is_brought_into_range_and_onto_the_step(int asked, int given)
    {
        Assert.True(_number.TryClamp(ControlValue.From(asked), out var value));
        Assert.Equal(given, value.AsInt32());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 1)]
    [InlineData(200, 256)]
    [InlineData(-7, 0)]
    public void Number_is_brought_to_the_nearest_menu_entry(int asked, int given)
    {
        var menu = _number with { Minimum = 0, Maximum = 256, Step = 0, Menu = [new(0, "Off"), new(1, "On"), new(256, "Special")] };
        Assert.True(menu.TryClamp(ControlValue.From(asked), out var value));
        Assert.Equal(given, value.AsInt32());
    }

    [Fact]
    public void Wrong_type_or_count_cannot_be_clamped()
    {
        Assert.False(_number.TryClamp(ControlValue.From(50L), out _));
        Assert.False(_number.TryClamp(ControlValue.FromArray(ControlType.Int32, new byte[8]), out _));
        Assert.False(_number.TryClamp(ControlValue.FromArray(ControlType.Int32, []), out _));
        Assert.False(_number.TryClamp(default, out _));
    }

    [Fact]
    public void Arrays_are_clamped_element_by_element_and_rectangles_keep_no_negative_extent()
    {
        Assert.True(ControlCatalogue.FrameDurationLimits.TryClamp(ControlValue.From(5L, long.MaxValue), out var limits));
        Assert.Equal((1_000_000L, 10_000_000_000L), (limits.Element(0), limits.Element(1)));
        Assert.True(ControlCatalogue.ScalerCrop.TryClamp(ControlValue.FromRectangle(-5, 3, -1, 20), out var crop));
        Assert.Equal((-5, 3, 0, 20), crop.AsRectangle());
    }

    [Fact]
    public void Whole_range_of_a_64_bit_number_is_stepped_without_overflow()
    {
        var wide = _number with { Type = ControlType.Int64, Minimum = long.MinValue, Maximum = long.MaxValue, Step = 1000 };
        foreach (var asked in (long[])[long.MinValue, -1, 0, 1, long.MaxValue])
        {
            Assert.True(wide.TryClamp(ControlValue.From(asked), out var given));
            Assert.InRange((Int128)given.AsInt64() - asked, -1000, 1000);
        }
    }

    [Fact]
    public void Clamping_gives_something_possible_and_changes_nothing_the_second_time() => Properties.Hold(decisions =>
    {
        var low = decisions.Below(200) - 100;
        var control = _number with { Minimum = low, Maximum = low + decisions.Below(300), Step = decisions.Below(30) };
        Assert.True(control.TryClamp(ControlValue.From(decisions.Below(800) - 400), out var given));
        if (control.HasLimits)
            Assert.InRange(given.AsInt32(), control.Minimum, control.Maximum);
        if (control.Step > 1)
            Assert.Equal(0, (given.AsInt32() - control.Minimum) % control.Step);
        Assert.True(control.TryClamp(given, out var again));
        Assert.Equal(given, again);
    });

    [Fact]
    public void Default_value_has_the_least_count()
    {
        Assert.Equal(ControlValue.From(20), _number.DefaultValue);
        Assert.Equal(ControlValue.FromFixed(1, 1), ControlCatalogue.ColourGains.DefaultValue);
        Assert.Equal(ControlValue.FromRectangle(0, 0, 0, 0), ControlCatalogue.ScalerCrop.DefaultValue);
        Assert.Equal(0, ControlCatalogue.AfWindows.DefaultValue.Count);
    }
}

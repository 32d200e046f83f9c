using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Tests.Frames;

public sealed class FourCCTests
{
    [Theory]
    [InlineData("NV12", 0x3231564Eu)]
    [InlineData("YUYV", 0x56595559u)]
    [InlineData("pRAA", 0x41415270u)]
    [InlineData("Z16 ", 0x2036315Au)]
    public void Code_has_the_first_character_in_the_lowest_byte(string text, uint value)
    {
        Assert.Equal(new FourCC(value), FourCC.Parse(text));
        Assert.Equal(text, new FourCC(value).ToString());
    }

    [Fact]
    public void Short_text_is_filled_up_with_blanks() => Assert.Equal(FourCC.Parse("Z16 "), FourCC.Parse("Z16"));

    [Theory]
    [InlineData(0u)]
    [InlineData(0x80000000u)]
    [InlineData(0x20202020u)]
    [InlineData(0x3231560Au)]
    public void Unprintable_code_is_shown_as_a_number_and_read_back(uint value)
    {
        var text = new FourCC(value).ToString();
        Assert.Equal($"0x{value:X8}", text);
        Assert.Equal(new FourCC(value), FourCC.Parse(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" NV1")]
    [InlineData("NV123")]
    [InlineData("NVÄ2")]
    [InlineData("N\t12")]
    [InlineData("0x1234567g")]
    public void What_is_no_code_is_refused(string? text)
    {
        Assert.False(FourCC.TryParse(text, out _));
        Assert.Contains("four-character code", Assert.Throws<FormatException>(() => FourCC.Parse(text!)).Message, StringComparison.Ordinal);
    }
}

using CameraFabric.Guest.Program;

namespace CameraFabric.Guest.Tests.Program;

public sealed class ExposureScriptTests
{
    [Theory]
    [InlineData("alternate 2ms,20ms", new long[] { 2_000_000, 20_000_000, 2_000_000, 20_000_000 })]
    [InlineData("  alternate   0.5ms , 1s ,7ns", new long[] { 500_000, 1_000_000_000, 7, 500_000 })]
    [InlineData("alternate 10us", new long[] { 10_000, 10_000 })]
    [InlineData("sweep 1ms,3ms,3", new long[] { 1_000_000, 2_000_000, 3_000_000, 2_000_000, 1_000_000 })]
    [InlineData("sweep 3ms,1ms,2", new long[] { 3_000_000, 1_000_000, 3_000_000 })]
    public void A_script_gives_each_request_its_exposure(string text, long[] expected)
    {
        Assert.True(ExposureScript.TryParse(text, out var script, out var error), error);
        Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(i => script!.ValueFor((ulong)i)));
    }

    [Theory]
    [InlineData("", "alternate A,B")]
    [InlineData("blink 1ms", "alternate A,B")]
    [InlineData("alternate 2,20", "'2' is not a time")]
    [InlineData("alternate 2ms,", "'' is not a time")]
    [InlineData("alternate -2ms", "'-2ms' is not a time")]
    [InlineData("alternate 0ms", "'0ms' is not a time")]
    [InlineData("alternate 0.1ns", "'0.1ns' is not a time")]
    [InlineData("alternate 99999999999999999s", "is not a time")]
    [InlineData("sweep 1ms", "a sweep goes from one time to another")]
    [InlineData("sweep 1ms,2ms,1", "steps '1'")]
    [InlineData("sweep 1ms,2ms,x", "steps 'x'")]
    public void What_cannot_be_read_is_refused_with_what_would_be_right(string text, string part)
    {
        Assert.False(ExposureScript.TryParse(text, out var script, out var error));
        Assert.Null(script);
        Assert.Contains(part, error);
    }
}

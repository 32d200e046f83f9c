using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Sensors.Tests.Profiles;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("syntetic", "synthetic")]
    [InlineData("NV21", "NV12")]
    [InlineData("exposuretime", "ExposureTime")]
    [InlineData("gain", null)]
    [InlineData("x", null)]
    public void A_word_near_a_known_one_is_guessed_and_others_are_not(string typed, string? meant) =>
        Assert.Equal(meant, Spelling.Guess(typed, ["synthetic", "replay", "NV12", "ExposureTime"]));

    [Fact]
    public void Nothing_is_guessed_where_nothing_is_known() => Assert.Null(Spelling.Guess("front", []));
}

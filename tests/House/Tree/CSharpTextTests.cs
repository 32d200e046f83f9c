namespace CameraFabric.House.Tests.Tree;

public sealed class CSharpTextTests
{
    [Theory]
    [InlineData("a // word\nb", "a \nb")]
    [InlineData("a /* word\n word */ b", "a \n b")]
    [InlineData("a(\"word\") b", "a() b")]
    [InlineData("a(\"\") word", "a() word")]
    [InlineData("a(\"wo\\\"rd\") b", "a() b")]
    [InlineData("a(@\"wo\"\"rd\\\") b", "a() b")]
    [InlineData("a(\"\"\"wo\"rd\"\"\") b", "a() b")]
    [InlineData("a($\"word {word + \"x\"} word\") b", "a(word + ) b")]
    [InlineData("a($\"{{word}} {word}\") b", "a(word) b")]
    [InlineData("a($\"{f(new { x = 1 })}\") b", "a(f(new { x = 1 })) b")]
    [InlineData("a($$\"\"\"{word} {{word}}\"\"\") b", "a(word) b")]
    [InlineData("a('\"') word", "a() word")]
    [InlineData("a('\\'') word", "a() word")]
    [InlineData("@class word", "@class word")]
    [InlineData("\"word", "")]
    [InlineData("/* word", "")]
    public void Code_is_what_is_neither_comment_nor_literal(string text, string code) => Assert.Equal(code, CSharpText.CodeOf(text));

    [Fact]
    public void Every_source_of_the_house_keeps_its_braces_balanced_when_reduced_to_code()
    {
        foreach (var file in Repository.Sources())
        {
            var code = CSharpText.CodeOf(File.ReadAllText(file));
            Assert.True(code.Count(c => c == '{') == code.Count(c => c == '}'),
                $"{Repository.NameOf(file)}: the braces of its code do not match.");
        }
    }
}

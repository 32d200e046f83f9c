using CameraFabric.Hosting.Commands;
using Spectre.Console;

namespace CameraFabric.Hosting.Tests.Commands;

public sealed class SheetTests
{
    [Theory]
    [InlineData(80, "guest why count note")]
    [InlineData(25, "guest count note")]
    [InlineData(20, "guest count")]
    [InlineData(1, "guest count")]
    public void Columns_of_the_highest_rank_go_first_and_those_of_rank_0_never(int width, string shown) =>
        Assert.Equal(shown.Split(' '), Filled().ShownIn(width));

    [Theory]
    [InlineData(80)]
    [InlineData(24)]
    [InlineData(20)]
    [InlineData(12)]
    public void A_row_stays_one_line_within_the_width(int width)
    {
        var lines = Render(Filled().In(width), width);

        Assert.Single(lines, line => line.Contains("infot", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= width, line));
    }

    [Fact]
    public void Text_that_looks_like_markup_is_text()
    {
        var sheet = new Sheet("guest");
        sheet.Add("[red]x[/] [");

        Assert.Contains(Render(sheet.In(80), 80), line => line.Contains("[red]x[/] [", StringComparison.Ordinal));
    }

    private static Sheet Filled()
    {
        var sheet = new Sheet("guest", new SheetColumn("why", 2), "count", new SheetColumn("note", 1));
        sheet.Add("infotainment", "no-request 12", "12", "slow");
        sheet.Add("a", "-", "0", "-");
        return sheet;
    }

    private static string[] Render(Spectre.Console.Rendering.IRenderable table, int width)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Write(table);
        return text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}

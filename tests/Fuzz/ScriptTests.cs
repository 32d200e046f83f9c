using CameraFabric.Fuzz.Inputs;
using CameraFabric.Fuzz.Running;

namespace CameraFabric.Fuzz.Tests;

public sealed class ScriptTests
{
    private static readonly Step[] Steps =
    [
        Step.Of(StepKind.Setup, 1, 2, 3, 4, 5, ulong.MaxValue),
        Step.Of(StepKind.Poke, 0x400).With([1, 2, 255]),
        Step.Of(StepKind.Reset),
    ];

    [Fact]
    public void Text_gives_back_what_was_written() => AssertSame(Steps, ScriptText.Read(ScriptText.Write(Steps)));

    [Fact]
    public void A_journal_gives_back_what_was_written()
    {
        var bytes = new byte[4096];
        AssertSame(Steps, ScriptBytes.Read(bytes.AsSpan(0, ScriptBytes.Write(Steps, bytes))));
    }

    [Fact]
    public void Comments_and_empty_lines_are_nothing() => AssertSame([Step.Of(StepKind.Tick, 7)],
        ScriptText.Read("# a\n\n tick ns=7  # b\n"));

    [Theory]
    [InlineData("tick\nlook", "line 2: there is no step 'look'")]
    [InlineData("tick seconds=1", "'tick' has no 'seconds', only ns and bytes")]
    [InlineData("tick ns=-1", "'-1' is not a number")]
    public void A_wrong_line_is_named(string text, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => ScriptText.Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_kind_of_step_has_a_name() =>
        Assert.All(Enum.GetValues<StepKind>(), kind => Assert.True(StepNames.TryKind(StepNames.NameOf(kind), out var found)
            && found == kind));

    [Fact]
    public void The_command_line_is_read()
    {
        var options = FuzzOptions.Parse(["--minutes", "0.5", "--seed", "9", "--target", "chains", "--json"], out _)!;
        Assert.Equal((0.5, 9ul, "chains", true), (options.Minutes, options.Seed, options.Target, options.Json));
        Assert.Null(FuzzOptions.Parse(["--target", "nothing"], out var error));
        Assert.Contains("--target nothing", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_journal_outlives_its_writer()
    {
        var path = Path.GetTempFileName();
        using (var writer = new Journal(path))
        {
            writer.Begin(2, Steps);
            writer.End(2, 5_000_000_000);
        }

        using var reader = new Journal(path);
        AssertSame(Steps, reader.Current());
        Assert.Equal((2, 1ul, 5.0), (reader.CurrentTarget, reader.ExecutionsOf(2), reader.SecondsOf(2)));
        File.Delete(path);
    }

    private static void AssertSame(Step[] expected, Step[] actual) => Assert.Equal(ScriptText.Write(expected), ScriptText.Write(actual));
}

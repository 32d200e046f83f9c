using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CameraFabric.House.Tests.Tree;

public sealed partial class SourceTests
{
    private const int MostLines = 400;

    [Fact]
    public void Unsafe_code_and_foreign_calls_are_on_the_first_floor_only() =>
        Rule.Holds(Find(Unsafe(), Repository.Sources().Where(f => !InPlatform(f))));

    [Fact]
    public void Only_the_first_floor_may_be_compiled_as_unsafe()
    {
        var wrong =
            from project in Repository.Projects()
            where !InPlatform(project)
            where XDocument.Load(project).Descendants("AllowUnsafeBlocks").Any(e => (string)e != "false")
            select Repository.NameOf(project);
        Rule.Holds(wrong);
    }

    [Fact]
    public void The_search_for_unsafe_code_finds_it_where_it_is()
    {
        Assert.Matches(Unsafe(), "public unsafe void M()");
        Assert.Matches(Unsafe(), "[LibraryImport(\"c\")]");
        Assert.Matches(Unsafe(), "[DllImport(\"c\")]");
        Assert.DoesNotMatch(Unsafe(), "Unsafe.As<T>(x)");
    }

    [Fact]
    public void A_folder_is_named_after_a_feature()
    {
        var wrong = Repository.Folders().Where(f => Shapeless().IsMatch(Path.GetFileName(f)));
        Rule.Holds(wrong.Select(Repository.NameOf));
    }

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var wrong =
            from file in Repository.Sources()
            let lines = File.ReadLines(file).Count()
            where lines > MostLines
            select $"{Repository.NameOf(file)} has {lines} lines";
        Rule.Holds(wrong);
    }

    [Fact]
    public void Tests_do_not_wait_for_time_to_pass() => Rule.Holds(Find(Waiting(), Repository.Sources("tests")));

    [Fact]
    public void The_search_for_waiting_finds_it()
    {
        Assert.Matches(Waiting(), "Thread.Sleep(1)");
        Assert.Matches(Waiting(), "await Task.Delay(1)");
        Assert.Matches(Waiting(), "System.Threading.Thread . Sleep(1)");
        Assert.DoesNotMatch(Waiting(), "options.TaskDelay");
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        var notes =
            from file in Repository.Sources()
            from line in File.ReadLines(file).Index()
            where Note().IsMatch(line.Item)
            select $"{Repository.NameOf(file)}:{line.Index + 1}: {line.Item.Trim()}";
        Rule.Holds(notes);
        Rule.Holds(Find(Missing(), Repository.Sources()));
    }

    private static IEnumerable<string> Find(Regex what, IEnumerable<string> files) =>
        from file in files
        from line in CSharpText.CodeOf(File.ReadAllText(file)).Split('\n').Index()
        where what.IsMatch(line.Item)
        select $"{Repository.NameOf(file)}:{line.Index + 1}: {line.Item.Trim()}";

    private static bool InPlatform(string file) => Repository.NameOf(file).StartsWith("src/Platform/", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(unsafe|LibraryImport|DllImport)\b")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"^(utils?|utilit(y|ies)|helpers?|common|misc)$", RegexOptions.IgnoreCase)]
    private static partial Regex Shapeless();

    [GeneratedRegex(@"\b(Thread\s*\.\s*Sleep|Task\s*\.\s*Delay)\b")]
    private static partial Regex Waiting();

    [GeneratedRegex(@"/{2}.*\b(TODO|FIXME|XXX)\b")]
    private static partial Regex Note();

    [GeneratedRegex(@"\bNotImplementedException\b")]
    private static partial Regex Missing();
}

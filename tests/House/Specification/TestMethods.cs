using System.Text.RegularExpressions;
using CameraFabric.House.Tests.Tree;

namespace CameraFabric.House.Tests.Specification;

/// <summary>Every test method, by its full name, as the sources have it.</summary>
public static partial class TestMethods
{
    /// <summary>Namespace.Class.Test_name of every test of the house.</summary>
    public static IReadOnlySet<string> All { get; } =
        Repository.Sources("tests").SelectMany(f => In(File.ReadAllText(f))).ToHashSet(StringComparer.Ordinal);

    /// <summary>The tests of one file.</summary>
    /// <param name="source">The whole file.</param>
    /// <returns>Their full names.</returns>
    public static IEnumerable<string> In(string source)
    {
        var code = CSharpText.CodeOf(source);
        var space = Namespace().Match(code).Groups[1].Value;
        var (name, attributed) = ("", false);
        foreach (Match part in Part().Matches(code))
        {
            if (part.Groups["class"] is { Success: true } type) (name, attributed) = (type.Value, false);
            else if (part.Groups["attribute"].Success) attributed = true;
            else if (attributed)
            {
                attributed = false;
                yield return $"{space}.{name}.{part.Groups["method"].Value}";
            }
        }
    }

    [GeneratedRegex(@"\bnamespace\s+([\w.]+)\s*[;{]")]
    private static partial Regex Namespace();

    // What follows the attribute [Fact] or [Theory], or one of those for guests that may be missing, first and looks like a public method is the test.
    [GeneratedRegex(
        @"\bclass\s+(?<class>\w+)|[\[,]\s*(?<attribute>(?:Qemu|NewQemu|Linux)?(?:Fact|Theory))\b|" +
        @"\bpublic\s+(?:async\s+)?(?:void|Task|ValueTask)\s+(?<method>\w+)\s*\(")]
    private static partial Regex Part();
}

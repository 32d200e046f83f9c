using CameraFabric.Fuzz.Chains;
using CameraFabric.Fuzz.Messages;

namespace CameraFabric.Fuzz.Targets;

/// <summary>The targets there are, and how many executions each gets of a round of all.</summary>
internal static class FuzzTargets
{
    /// <remarks>
    /// The number with which a target is made: after how many executions it looks at what takes long to see. 1 for a single execution.
    /// </remarks>
    public static readonly (string Name, int Share, Func<int, IFuzzTarget> Make)[] All =
    [
        ("chains", 64, every => new SessionTarget("chains", SessionSteps.Hostile, every)),
        ("messages", 4, every => new MessageTarget(every)),
        ("commands", 64, every => new SessionTarget("commands", SessionSteps.Commands, every)),
    ];

    public static IFuzzTarget Make(string name) => All.Single(target => target.Name == name).Make(1);

    /// <summary>The folder of the corpus, found from the program's own folder upwards.</summary>
    public static string CorpusFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var corpus = Path.Combine(folder.FullName, "fuzz", "corpus");
            if (Directory.Exists(corpus)) return corpus;
        }

        throw new DirectoryNotFoundException($"no fuzz/corpus in {AppContext.BaseDirectory} or any folder above it");
    }

    /// <summary>A target's inputs, by file name.</summary>
    public static IEnumerable<string> CorpusFiles(string target) =>
        Directory.EnumerateFiles(Path.Combine(CorpusFolder(), target), "*.txt").Order(StringComparer.Ordinal);
}

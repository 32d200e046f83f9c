using CameraFabric.Fuzz.Inputs;
using CameraFabric.Fuzz.Running;
using CameraFabric.Fuzz.Targets;

namespace CameraFabric.Fuzz.Tests;

/// <summary>The corpus of the tree, and some thousand inputs made of it, find nothing.</summary>
[Collection(nameof(OneAtATime))]
public sealed class CorpusTests
{
    public static TheoryData<string, string> Files()
    {
        var files = new TheoryData<string, string>();
        foreach (var (target, _, _) in FuzzTargets.All)
        {
            foreach (var file in FuzzTargets.CorpusFiles(target)) files.Add(target, Path.GetFileNameWithoutExtension(file));
        }

        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void An_input_of_the_corpus_finds_nothing(string target, string name)
    {
        var path = Path.Combine(FuzzTargets.CorpusFolder(), target, $"{name}.txt");
        Assert.StartsWith("# ", File.ReadAllText(path), StringComparison.Ordinal);
        using var made = FuzzTargets.Make(target);
        Assert.Null(Findings.Try(made, ScriptText.Read(File.ReadAllText(path)), new Observations()));
    }

    [Theory]
    [InlineData("chains", 4000)]
    [InlineData("commands", 4000)]
    [InlineData("messages", 300)]
    public void Inputs_made_of_the_corpus_find_nothing(string target, int executions)
    {
        var worker = new Worker(new FuzzOptions { Target = target, Seed = 42 }, journal: null);
        worker.Run(counter => counter < (ulong)executions);
        Assert.Empty(worker.Found);
        Assert.Equal((ulong)executions, worker.Counter);
    }

    [Fact]
    public void The_same_seed_makes_the_same_executions()
    {
        var seen = new List<int>();
        for (var i = 0; i < 2; i++)
        {
            var worker = new Worker(new FuzzOptions { Target = "all", Seed = 7 }, journal: null);
            worker.Run(counter => counter < 1000);
            seen.Add(worker.Signatures);
        }

        Assert.Equal(seen[0], seen[1]);
        Assert.True(seen[0] > 100, $"only {seen[0]} signatures in 1000 executions: the inputs do not get far");
    }
}

/// <summary>These tests count the descriptors and the mappings of the whole process.</summary>
[CollectionDefinition(nameof(OneAtATime), DisableParallelization = true)]
public sealed class OneAtATime;

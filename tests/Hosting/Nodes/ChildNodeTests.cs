using System.Collections.Concurrent;
using System.Diagnostics;
using CameraFabric.Hosting.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Hosting.Tests.Nodes;

/// <summary>A child of a shell's: what it does is written in a line.</summary>
public sealed class ChildNodeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly ChildLimits Limits = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20), TimeSpan.FromHours(1), TimeSpan.FromSeconds(30));

    [Fact]
    public async Task A_child_that_dies_is_told_of_by_its_process_and_started_again_each_time()
    {
        using var deaths = new BlockingCollection<(string Name, int Process)>();
        using var started = new Started();
        await using var child = Start($"echo $$ >> {started.File}; exit 7", (name, process) => deaths.Add((name, process)));

        for (var death = 0; death < 4; death++)
        {
            Assert.True(deaths.TryTake(out var died, Patience), "nobody was told");
            Assert.Equal("camera.front", died.Name);
            Assert.Equal($"{died.Process}", File.ReadLines(started.File).ElementAt(death));
        }
    }

    [Fact]
    public async Task A_child_is_asked_to_stop_by_the_end_of_its_input_and_its_last_words_are_kept()
    {
        var died = false;
        using var started = new Started();
        await using var child = Start($"echo $$ > {started.File}; cat; echo goodbye", (_, _) => died = true);
        await started.ProcessAsync();

        Assert.Equal("goodbye", await child.StopAsync());
        Assert.False(died, "a child that was asked to stop has not died");
    }

    [Fact]
    public async Task A_child_that_does_not_stop_is_killed()
    {
        using var started = new Started();
        await using var child = Start($"echo $$ > {started.File}; exec sleep 1000", (_, _) => { }, Limits with { Stop = TimeSpan.FromMilliseconds(50) });
        var process = await started.ProcessAsync();

        Assert.Equal("", await child.StopAsync());

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(process));
    }

    [Fact]
    public async Task A_program_that_is_not_there_does_not_hold_up_the_stop()
    {
        var child = ChildNode.Start("guest.viewer", () => Command("/nowhere/camera-fabric"), Limits, NullLogger.Instance, (_, _) => { });

        Assert.Equal("", await child.StopAsync());
        await child.DisposeAsync();
    }

    [Fact]
    public void A_child_notices_that_its_parent_has_closed_the_pipe()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
        using var end = new System.IO.Pipes.AnonymousPipeClientStream(System.IO.Pipes.PipeDirection.In, pipe.ClientSafePipeHandle);
        var watch = ParentWatch.Start(end);
        pipe.WriteByte(1);
        Assert.False(watch.Gone.IsCancellationRequested);

        pipe.Dispose();

        Assert.True(watch.Gone.WaitHandle.WaitOne(Patience));
    }

    private static ChildNode Start(string script, Action<string, int> died, ChildLimits? limits = null) =>
        ChildNode.Start("camera.front", () => Command("/bin/sh", "-c", script), limits ?? Limits, NullLogger.Instance, died);

    private static ProcessStartInfo Command(string program, params IEnumerable<string> words) =>
        new(program, words) { RedirectStandardInput = true, RedirectStandardOutput = true };

    /// <summary>A file into which a child writes its process's id.</summary>
    private sealed class Started : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf-child-");

        public string File => Path.Combine(_folder.FullName, "process");

        public async Task<int> ProcessAsync()
        {
            using var limit = new CancellationTokenSource(Patience);
            using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!System.IO.File.Exists(File) || !System.IO.File.ReadAllText(File).EndsWith('\n')) await poll.WaitForNextTickAsync(limit.Token);
            return int.Parse(await System.IO.File.ReadAllTextAsync(File), System.Globalization.CultureInfo.InvariantCulture);
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}

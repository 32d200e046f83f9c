using System.Diagnostics;
using CameraFabric.Fuzz.Targets;

namespace CameraFabric.Fuzz.Running;

/// <summary>
/// Runs workers as processes of their own, because what is looked for can end a process. One that ends by itself, or stays in one
/// execution, has its input saved as a finding and is started again with another seed.
/// </summary>
internal sealed class Supervisor(FuzzOptions options)
{
    // A second of the processor's time within one execution is a hang; so is a wait for nothing, which takes none.
    private static readonly TimeSpan MostProcessorTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(30);
    private readonly ManualResetEventSlim _stop = new();
    private int _crashes;

    /// <summary>Runs for the time asked for, or until Ctrl-C.</summary>
    /// <returns>The exit code: 0 only if nothing was found.</returns>
    public int Run()
    {
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            _stop.Set();
        };
        var since = Stopwatch.GetTimestamp();
        var folder = Directory.CreateTempSubdirectory("camera-fabric-fuzz-");
        var seats = Enumerable.Range(0, options.Workers).Select(i => new Seat(Path.Combine(folder.FullName, $"{i}"), i)).ToArray();
        try
        {
            foreach (var seat in seats) Start(seat);
            var told = since;
            while (!_stop.Wait(LookEvery) && Stopwatch.GetElapsedTime(since).TotalMinutes < options.Minutes)
            {
                foreach (var seat in seats) Look(seat);
                if (Stopwatch.GetElapsedTime(told) < TellEvery) continue;
                told = Stopwatch.GetTimestamp();
                if (!options.Json) Console.WriteLine(FuzzReport.Of(seats, Stopwatch.GetElapsedTime(since), _crashes).Line);
            }

            foreach (var seat in seats) End(seat);
            var report = FuzzReport.Of(seats, Stopwatch.GetElapsedTime(since), _crashes);
            Console.WriteLine(options.Json ? report.Json : report.Text);
            return report.Findings == 0 && report.Executions > 0 ? 0 : 1;
        }
        finally
        {
            foreach (var seat in seats) seat.Dispose();
            folder.Delete(recursive: true);
        }
    }

    private void Start(Seat seat)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(typeof(Supervisor).Assembly.Location);

        // A worker that is started again must not walk into the same crash.
        var seed = options.Seed + (ulong)seat.Index + (1000 * (ulong)seat.Starts++);
        foreach (var word in (string[])["--journal", seat.Path, "--seed", $"{seed}", "--target", options.Target, "--findings",
            options.Findings])
        {
            start.ArgumentList.Add(word);
        }

        if (options.Save is { } save)
        {
            start.ArgumentList.Add("--save");
            start.ArgumentList.Add(save);
        }

        seat.Begin(Process.Start(start)!);
    }

    private void Look(Seat seat)
    {
        if (seat.Process!.HasExited)
        {
            Save(seat, $"the process ended with code {seat.Process.ExitCode}: {seat.LastWords}");
            Start(seat);
            return;
        }

        if (!seat.Hangs(MostProcessorTime, MostTime)) return;
        seat.Process.Kill();
        seat.Process.WaitForExit();
        Save(seat, "the execution does not end");
        Start(seat);
    }

    private void Save(Seat seat, string reason)
    {
        _crashes++;
        var path = Findings.Save(options.Findings, FuzzTargets.All[seat.Journal.CurrentTarget].Name, reason, seat.Journal.Current());
        Console.Error.WriteLine($"finding: {reason.Split('\n')[0]}\n  {path}");
    }

    private void End(Seat seat)
    {
        // The end of its input is the worker's sign to stop.
        seat.Process!.StandardInput.Close();
        if (seat.Process.WaitForExit(MostTime))
        {
            if (seat.Process.ExitCode != 0) Save(seat, $"the process ended with code {seat.Process.ExitCode}: {seat.LastWords}");
            return;
        }

        seat.Process.Kill();
        seat.Process.WaitForExit();
        Save(seat, "the execution does not end");
    }
}

/// <summary>A place for a worker, taken by one process after another; its journal stays.</summary>
internal sealed class Seat(string path, int index) : IDisposable
{
    private readonly Queue<string> _words = new();
    private ulong _beats;
    private TimeSpan _processorTime;
    private long _since;

    public string Path => path;

    public int Index => index;

    public int Starts { get; set; }

    public Journal Journal { get; } = new(path);

    public Process? Process { get; private set; }

    /// <summary>The last lines that the worker wrote to its error output.</summary>
    public string LastWords
    {
        get
        {
            lock (_words) return string.Join("\n", _words);
        }
    }

    public void Begin(Process process)
    {
        Process?.Dispose();
        Process = process;
        lock (_words) _words.Clear();
        (_beats, _processorTime, _since) = (Journal.BeatCount, TimeSpan.Zero, Stopwatch.GetTimestamp());
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is not { } line) return;
            if (line.StartsWith("finding", StringComparison.Ordinal) || line.StartsWith("  ",
                StringComparison.Ordinal)) Console.Error.WriteLine(line);
            lock (_words)
            {
                if (_words.Count == 40) _words.Dequeue();
                _words.Enqueue(line);
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>Whether the worker has been in one execution for too long. A worker that has only begun gets the longer time.</summary>
    public bool Hangs(TimeSpan mostProcessorTime, TimeSpan mostTime)
    {
        var beats = Journal.BeatCount;
        Process!.Refresh();
        var processorTime = Process.TotalProcessorTime;
        if (beats != _beats)
        {
            (_beats, _processorTime, _since) = (beats, processorTime, Stopwatch.GetTimestamp());
            return false;
        }

        var hasRun = _processorTime > TimeSpan.Zero;
        return (hasRun && processorTime - _processorTime > mostProcessorTime) || Stopwatch.GetElapsedTime(_since) > mostTime;
    }

    public void Dispose()
    {
        if (Process is { HasExited: false }) Process.Kill();
        Process?.Dispose();
        Journal.Dispose();
    }
}

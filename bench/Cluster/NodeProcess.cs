using System.Diagnostics;
using System.Globalization;
using CameraFabric.Platform;

namespace CameraFabric.Bench.Cluster;

/// <summary>The program in a process of its own, with what it said and when.</summary>
internal sealed class NodeProcess : IDisposable
{
    private static readonly HashSet<NodeProcess> Living = [];

    private readonly Process _process;
    private readonly List<(long At, string Line)> _lines = [];

    // A measurement that fails leaves nobody behind.
    static NodeProcess() => AppDomain.CurrentDomain.UnhandledException += static (_, _) =>
    {
        foreach (var node in Living.ToArray()) node.Dispose();
    };

    private NodeProcess(IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(Program, words) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Living.Add(this);
    }

    /// <summary>What it has logged so far, with the frame clock's time of its arrival.</summary>
    public (long At, string Line)[] Lines
    {
        get { lock (_lines) return [.. _lines]; }
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "camera-fabric");

    /// <summary>Starts it.</summary>
    public static NodeProcess Start(params IEnumerable<string> words) => new(words);

    /// <summary>Milliseconds from its start to its end, for a command that ends by itself.</summary>
    public static double TimeOf(params IEnumerable<string> words)
    {
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(Program, words) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>The newest process of one of its children, by what it has logged.</summary>
    public int ChildOf(string node)
    {
        var started = $"node {node}: started as process ";
        var line = Lines.Last(line => line.Line.Contains(started, StringComparison.Ordinal)).Line;
        return int.Parse(line[(line.IndexOf(started, StringComparison.Ordinal) + started.Length)..], CultureInfo.InvariantCulture);
    }

    /// <summary>When the first line with some words came after a moment; null if none has.</summary>
    public long? WhenSaid(string words, long after) =>
        Lines.Where(line => line.At >= after && line.Line.Contains(words, StringComparison.Ordinal)).Select(static line => (long?)line.At).FirstOrDefault();

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM, and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public int Stop(TimeSpan patience)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        if (!_process.WaitForExit(patience)) throw new TimeoutException($"process {_process.Id} does not stop");
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!Living.Remove(this)) return;
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_lines) _lines.Add((FrameClock.System.Now, line));
    }
}

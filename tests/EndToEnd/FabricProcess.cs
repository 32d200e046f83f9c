using System.Diagnostics;
using System.Text;

namespace CameraFabric.EndToEnd.Tests;

/// <summary>One run of the program <c>camera-fabric</c> as a user starts it.</summary>
internal sealed class FabricProcess : IDisposable
{
    /// <summary>How long anything may take before a test fails; never how long a test takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Process _process;

    private FabricProcess(Process process) => _process = process;

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    public string Errors
    {
        get { lock (_errors) return _errors.ToString(); }
    }

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static FabricProcess Start(params IEnumerable<string> arguments) => StartUnder([], arguments);

    /// <summary>Starts it by means of another program, e.g. <c>ip netns exec NAME</c>, which becomes it.</summary>
    public static FabricProcess StartUnder(IReadOnlyList<string> launcher, IEnumerable<string> arguments)
    {
        string[] words = [.. launcher, Path.Combine(AppContext.BaseDirectory, "camera-fabric"), .. arguments];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var run = new FabricProcess(Process.Start(start)!);
        run._process.OutputDataReceived += (_, line) => Keep(run._output, line.Data);
        run._process.ErrorDataReceived += (_, line) => Keep(run._errors, line.Data);
        run._process.BeginOutputReadLine();
        run._process.BeginErrorReadLine();
        return run;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<FabricProcess> RunAsync(params IEnumerable<string> arguments)
    {
        var run = Start(arguments);
        await run.EndAsync();
        return run;
    }

    /// <summary>Waits for its end and returns the exit code.</summary>
    /// <param name="patience">For how long, where that is longer than usual.</param>
    public async Task<int> EndAsync(TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            throw new TimeoutException($"did not end; it said:\n{Output}\n{Errors}");
        }

        return _process.ExitCode;
    }

    public int ExitCode => _process.ExitCode;

    /// <summary>SIGTERM, as a service manager stops a program.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>Any signal: <c>STOP</c>, <c>CONT</c>, <c>TERM</c>.</summary>
    public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{_process.Id}"]).WaitForExit();

    /// <summary>SIGKILL: no chance to say goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits until it has written a text on either stream.</summary>
    public async Task SaysAsync(string text)
    {
        var waited = Stopwatch.StartNew();
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!Output.Contains(text, StringComparison.Ordinal) && !Errors.Contains(text, StringComparison.Ordinal))
        {
            if (waited.Elapsed > Patience || _process.HasExited) throw new TimeoutException($"never said '{text}'; it said:\n{Output}\n{Errors}");
            await poll.WaitForNextTickAsync();
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();

        // A moment longer it may write into the folder that its test takes away next.
        _process.WaitForExit(Patience);
        _process.Dispose();
    }

    private static void Keep(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.AppendLine(line);
    }
}

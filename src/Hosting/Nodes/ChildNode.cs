using System.Diagnostics;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Hosting.Nodes;

/// <summary>
/// The process of one camera or guest that shares its process with nobody: started, watched, started again when it dies, and stopped in
/// order. It lives as long as its standard input is open, so it ends with its parent however that ends.
/// </summary>
internal sealed partial class ChildNode : IAsyncDisposable
{
    private readonly Func<ProcessStartInfo> _command;
    private readonly ChildLimits _limits;
    private readonly ILogger _logger;
    private readonly Action<string, int> _died;
    private readonly RestartBackoff _backoff;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<string> _keeping;

    private ChildNode(string name, Func<ProcessStartInfo> command, ChildLimits limits, ILogger logger, Action<string, int> died)
    {
        (Name, _command, _limits, _logger, _died) = (name, command, limits, logger, died);
        _backoff = new RestartBackoff(limits.RestartDelay, limits.RestartDelayMaximum, limits.RestartForgiven);
        _keeping = Task.Run(KeepAsync);
    }

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>Starts it and keeps it running.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="command">The process to start; its input and its output are redirected.</param>
    /// <param name="limits">How long things may take.</param>
    /// <param name="logger">Told of starts and ends.</param>
    /// <param name="died">Told the name and the process's id at once when it has ended without having been asked to, before another one is started.</param>
    public static ChildNode Start(string name, Func<ProcessStartInfo> command, ChildLimits limits, ILogger logger, Action<string, int> died) =>
        new(name, command, limits, logger, died);

    /// <summary>Asks it to stop, waits for that, and kills it when it does not.</summary>
    /// <returns>What it wrote on its output last of all; empty when it was killed or did not run.</returns>
    public async Task<string> StopAsync()
    {
        await _stop.CancelAsync();
        return await _keeping;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task<string> KeepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (Run() is { } process)
            {
                using (process)
                {
                    // Read all the time: a pipe that is full would hold it up.
                    var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    if (!await EndsByItselfAsync(process)) return await EndAsync(process, output);
                    LogDied(Name, process.Id, InWords(process.ExitCode));
                    _died(Name, process.Id);
                }
            }

            var pause = _backoff.Failed(FrameClock.System.Now);
            await Task.Delay(pause, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return "";
    }

    private Process? Run()
    {
        try
        {
            var process = Process.Start(_command())!;
            _backoff.Works(FrameClock.System.Now);
            LogStarted(Name, process.Id);
            return process;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException)
        {
            LogNotStarted(Name, error.Message);
            return null;
        }
    }

    /// <summary>Waits for its end, or until it is to be stopped.</summary>
    private async Task<bool> EndsByItselfAsync(Process process)
    {
        await process.WaitForExitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_stop.IsCancellationRequested;
    }

    private async Task<string> EndAsync(Process process, Task<string> output)
    {
        process.StandardInput.Close();
        using var late = new CancellationTokenSource(_limits.Stop);
        await process.WaitForExitAsync(late.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
        {
            LogKilled(Name, process.Id, _limits.Stop.TotalSeconds);
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return (await output).Trim();
    }

    private static string InWords(int code) => code > 128 ? $"by signal {code - 128}" : $"with exit code {code}";

    [LoggerMessage(Level = LogLevel.Information, Message = "node {Name}: started as process {Process}")]
    private partial void LogStarted(string name, int process);

    [LoggerMessage(Level = LogLevel.Error, Message = "node {Name}: cannot be started: {Why}")]
    private partial void LogNotStarted(string name, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {Name}: process {Process} ended {How}; it is started again")]
    private partial void LogDied(string name, int process, string how);

    [LoggerMessage(Level = LogLevel.Warning, Message = "node {Name}: process {Process} did not stop within {Limit} s and is killed")]
    private partial void LogKilled(string name, int process, double limit);
}

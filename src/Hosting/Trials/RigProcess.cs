using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Control;
using CameraFabric.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Hosting.Trials;

/// <summary>A fabric of a trial, or one of its nodes: <c>camera-fabric run RIG</c> in a process of its own.</summary>
internal sealed class RigProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _control;
    private readonly TextWriter _log;
    private readonly StringBuilder _balance = new();

    private RigProcess(Process process, string control, TextWriter log) => (_process, _control, _log) = (process, control, log);

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended, by itself or not.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a rig and waits until it answers.</summary>
    /// <param name="rig">The rig file; its runtime folder is the file's.</param>
    /// <param name="logFile">Where its log goes.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="node">Which of the rig's nodes; null for a rig that is one.</param>
    /// <param name="shown">The least level of what it logs, which is then shown on the error stream as well; null: it is not.</param>
    /// <exception cref="IOException">It ended instead.</exception>
    public static async Task<RigProcess> StartAsync(
        string rig, string logFile, CancellationToken cancellation, string? node = null, LogLevel? shown = null)
    {
        string[] which = node is null ? [] : ["--node", node];
        var process = Process.Start(ThisProgram.With(["run", rig, "--json", "--log", $"{shown ?? LogLevel.Information}", .. which]))!;
        var log = TextWriter.Synchronized(new StreamWriter(logFile, append: true) { AutoFlush = true });
        var fabric = new RigProcess(process, Path.Combine(Path.GetDirectoryName(rig)!, node ?? "", RuntimeFolder.ControlSocket), log);
        process.OutputDataReceived += (_, line) => fabric._balance.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            log.WriteLine(line.Data);
            if (shown is not null && line.Data is { } text) Console.Error.WriteLine(text);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await fabric.AnswersAsync(cancellation);
            return fabric;
        }
        catch (Exception error)
        {
            fabric.Dispose();
            if (error is not IOException) throw;
            throw new IOException($"the fabric did not start ({error.Message}); its log is {logFile}");
        }
    }

    /// <summary>Its state, over the control socket.</summary>
    public async Task<FabricStatus> StatusAsync(CancellationToken cancellation) =>
        (await ControlClient.AskAsync(_control, new ControlRequest("status"), cancellation)).Status!;

    private async Task AnswersAsync(CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await StatusAsync(cancellation);
                return;
            }
            catch (IOException) when (!_process.HasExited && waited.Elapsed < Patience)
            {
                // Not there yet.
                await Task.Delay(20, cancellation);
            }
        }
    }

    /// <summary>How it ended, once it has.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>SIGTERM; returns the balance of a rig that is one node.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It did not end in time, or said no balance.</exception>
    public Task<FabricStatus> StopAsync(CancellationToken cancellation) => StopAsync(ControlJson.Default.FabricStatus, cancellation);

    /// <summary>SIGTERM; returns the balance of a node and its children.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It did not end in time, or said no balance.</exception>
    public Task<RigStatus> StopNodeAsync(CancellationToken cancellation) => StopAsync(ControlJson.Default.RigStatus, cancellation);

    private async Task<T> StopAsync<T>(JsonTypeInfo<T> balance, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Patience);
        if (!_process.HasExited) ThisProgram.Signal(_process, "TERM");
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"the fabric did not stop within {Patience.TotalSeconds} s");
        }

        try
        {
            return JsonSerializer.Deserialize(_balance.ToString(), balance)!;
        }
        catch (JsonException)
        {
            throw new IOException($"the fabric ended with {_process.ExitCode} and no balance");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _log.Dispose();
    }
}

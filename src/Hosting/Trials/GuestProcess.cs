using System.Diagnostics;
using System.Globalization;
using CameraFabric.Guest.Program;
using CameraFabric.Hosting.Processes;

namespace CameraFabric.Hosting.Trials;

/// <summary>One guest of a trial: a process of its own, which reports as lines of JSON.</summary>
internal sealed class GuestProcess : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, GuestReport> _latest = [];
    private readonly List<string> _complaints = [];
    private readonly Process _process;

    private GuestProcess(string name, int devices, Process process) => (Name, Devices, _process) = (name, devices, process);

    public string Name { get; }

    /// <summary>How many devices it has; it reports on each.</summary>
    public int Devices { get; }

    /// <summary>What it last said of each of its cameras.</summary>
    public IReadOnlyList<GuestReport> Reports
    {
        get { lock (_gate) return [.. _latest.Values.OrderBy(report => report.Socket, StringComparer.Ordinal)]; }
    }

    /// <summary>What it wrote on its error stream.</summary>
    public IReadOnlyList<string> Complaints
    {
        get { lock (_gate) return [.. _complaints]; }
    }

    /// <summary>Starts one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="sockets">Its devices.</param>
    /// <param name="seconds">When it ends by itself; 0: when it is told to.</param>
    /// <param name="more">Further options of the guest program.</param>
    public static GuestProcess Start(string name, IReadOnlyCollection<string> sockets, double seconds, params ReadOnlySpan<string> more)
    {
        var start = ThisProgram.With(["guest", "--name", name, "--json", "--progress", "--reconnect", "--seconds", seconds.ToString("F2", CultureInfo.InvariantCulture)]);
        foreach (var socket in sockets)
        {
            start.ArgumentList.Add("--socket");
            start.ArgumentList.Add(socket);
        }

        foreach (var word in more) start.ArgumentList.Add(word);
        var guest = new GuestProcess(name, sockets.Count, Process.Start(start)!);
        guest._process.OutputDataReceived += (_, line) => guest.Hear(line.Data);
        guest._process.ErrorDataReceived += (_, line) => guest.Complain(line.Data);
        guest._process.BeginOutputReadLine();
        guest._process.BeginErrorReadLine();
        return guest;
    }

    /// <summary>SIGSTOP or SIGCONT: the process stands still, or goes on.</summary>
    public void Freeze(bool frozen) => ThisProgram.Signal(_process, frozen ? "STOP" : "CONT");

    /// <summary>SIGKILL: the process gets no chance to say goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: it ends in order, with its report.</summary>
    public void Terminate() => ThisProgram.Signal(_process, "TERM");

    /// <summary>Waits for its end; kills it when it overstays.</summary>
    /// <returns>False when it had to be killed.</returns>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(limit);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            return false;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        try
        {
            var report = GuestReport.FromJson(line);
            lock (_gate) _latest[report.Socket] = report;
        }
        catch (System.Text.Json.JsonException error)
        {
            Complain($"said something that is no report ({error.Message}): {line}");
        }
    }

    private void Complain(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (_gate) _complaints.Add(line);
    }
}

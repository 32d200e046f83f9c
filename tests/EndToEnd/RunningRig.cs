using System.Text.Json;
using CameraFabric.Fabric.Status;
using CameraFabric.Guest.Program;

namespace CameraFabric.EndToEnd.Tests;

/// <summary>A rig that runs in a process of its own, in a folder of its own.</summary>
internal sealed class RunningRig : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    // A machine that is busy looks like a sensor that is silent and like a guest that is late.
    private const string Patient = "{ watchdog-floor: 10s, first-frame-allowance: 60s, request-timeout: 10s, command-timeout: 1s, sensor-stop-timeout: 30s }";

    private readonly DirectoryInfo _folder;
    private FabricProcess _process;

    private RunningRig(DirectoryInfo folder, FabricProcess process) => (_folder, _process) = (folder, process);

    public string Folder => _folder.FullName;

    public FabricProcess Process => _process;

    /// <summary>Starts a rig; <paramref name="yaml"/> holds what stands below its name.</summary>
    public static async Task<RunningRig> StartAsync(string yaml, Action<string>? prepare = null)
    {
        var folder = Directory.CreateTempSubdirectory("cf-e2e-");
        prepare?.Invoke(folder.FullName);
        return new RunningRig(folder, await StartAsync(folder, yaml));
    }

    /// <summary>SIGKILL, and the program is started again: with the same rig, or another.</summary>
    public async Task RestartAsync(string yaml, Func<Task>? meanwhile = null)
    {
        await _process.KillAsync();
        if (meanwhile is not null) await meanwhile();
        _process.Dispose();
        _process = await StartAsync(_folder, yaml);
    }

    public string Socket(string guest, string camera) => Path.Combine(Folder, $"{guest}.{camera}.sock");

    public FabricProcess StartGuest(string name, string camera, params IEnumerable<string> more) =>
        FabricProcess.Start(["guest", "--name", name, "--socket", Socket(name, camera), "--json", .. more]);

    /// <summary>Waits until an interim report of a guest, which is run with <c>--progress</c>, is as wanted.</summary>
    public static async Task UntilAsync(FabricProcess guest, Func<GuestReport, bool> condition, string otherwise)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (LastReport(guest) is not { } last || !condition(last))
        {
            Assert.False(patience.IsCancellationRequested || guest.HasExited, $"{otherwise}\n{guest.Output}\n{guest.Errors}");
            await poll.WaitForNextTickAsync();
        }
    }

    private static GuestReport? LastReport(FabricProcess guest) =>
        guest.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(static line => line.EndsWith('}')) is { } line
            ? GuestReport.FromJson(line)
            : null;

    /// <summary>Ends a guest that was told no end; its final report.</summary>
    public static Task<GuestReport> EndAsync(FabricProcess guest)
    {
        guest.Terminate();
        return ReportAsync(guest);
    }

    /// <summary>A guest's final report.</summary>
    public static async Task<GuestReport> ReportAsync(FabricProcess guest)
    {
        await guest.EndAsync();
        var last = guest.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()
            ?? throw new InvalidOperationException($"the guest said nothing: {guest.Errors}");
        return GuestReport.FromJson(last);
    }

    /// <summary>Stops the fabric as a service manager does and returns its balance.</summary>
    public async Task<FabricStatus> StopAsync()
    {
        _process.Terminate();
        var code = await _process.EndAsync();
        Assert.True(code == 0, $"the fabric ended with {code}:\n{_process.Output}\n{_process.Errors}");
        return JsonSerializer.Deserialize<FabricStatus>(_process.Output, Json)!;
    }

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<FabricProcess> StartAsync(DirectoryInfo folder, string yaml)
    {
        var file = Path.Combine(folder.FullName, "rig.yaml");
        await File.WriteAllTextAsync(file, $"rig: e2e\nruntime: .\noptions: {Patient}\n{yaml}\n");
        var process = FabricProcess.Start("run", file, "--json", "--log", "Warning");
        await process.SaysAsync("running 'e2e'");
        return process;
    }
}

using System.Diagnostics;
using System.Globalization;

namespace CameraFabric.Cluster.Tests.Network;

/// <summary>A process of <see cref="PeerProgram"/> inside a lab's machine, and what it is asked to do.</summary>
internal sealed class LabPeer : IDisposable
{
    /// <summary>How long anything may take before a test fails; never how long a test takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private LabPeer(Process process) => _process = process;

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts one that listens on the machine's address.</summary>
    public static Task<LabPeer> StartAsync(LabHost host) => StartAsync(host.Launcher, "peer", host.Address);

    /// <summary>Starts this program with arguments, and waits until it is ready.</summary>
    public static async Task<LabPeer> StartAsync(IReadOnlyList<string> launcher, params IEnumerable<string> arguments)
    {
        string[] words = [.. launcher, Path.Combine(AppContext.BaseDirectory, "CameraFabric.Cluster.Tests"), .. arguments];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var peer = new LabPeer(Process.Start(start)!);
        try
        {
            Assert.Equal("ready", await peer.ReadAsync(Patience));
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    /// <summary>Sends datagrams to a machine; sent they are, arrived perhaps not.</summary>
    public async Task SendAsync(LabHost to, int count) => Assert.Equal("sent", await AskAsync($"send {to.Address} {count}"));

    /// <summary>Waits for so many datagrams.</summary>
    public async Task ReceiveAsync(int count) => Assert.Equal("received", await AskAsync($"receive {count}"));

    /// <summary>How many datagrams wait to be received; they are received thereby.</summary>
    public async Task<int> CountWaitingAsync() => int.Parse(await AskAsync("waiting"), CultureInfo.InvariantCulture);

    /// <summary>Sends bytes over a new connection; how long it took until the other machine had them all and had said so.</summary>
    public async Task<TimeSpan> StreamAsync(LabHost to, int bytes) =>
        TimeSpan.FromMicroseconds(long.Parse(await AskAsync($"stream {to.Address} {bytes}"), CultureInfo.InvariantCulture));

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync(Patience);
    }

    private async Task<string> ReadAsync(TimeSpan patience) =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(patience) ?? throw new InvalidOperationException("the peer has ended");
}

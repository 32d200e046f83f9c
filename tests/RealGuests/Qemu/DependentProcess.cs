using System.Collections.Concurrent;
using System.Diagnostics;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// Starts programs that the kernel ends together with this process, however that ends (PR_SET_PDEATHSIG, where util-linux is there).
/// The kernel means the thread that started the program: it is one that does not end before the process.
/// </summary>
internal static class DependentProcess
{
    private static readonly string? Setpriv = RequiredProgram.Find("setpriv");
    private static readonly BlockingCollection<Task> Starts = Begin();

    public static Process Start(ProcessStartInfo start)
    {
        if (Setpriv is not null)
        {
            string[] before = ["--pdeathsig", "KILL", start.FileName];
            for (var at = 0; at < before.Length; at++) start.ArgumentList.Insert(at, before[at]);
            start.FileName = Setpriv;
        }

        var started = new Task<Process>(() => Process.Start(start)!);
        Starts.Add(started);
        return started.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Task> Begin()
    {
        BlockingCollection<Task> starts = [];
        new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable()) start.RunSynchronously();
        }) { IsBackground = true, Name = "starts programs" }.Start();
        return starts;
    }
}

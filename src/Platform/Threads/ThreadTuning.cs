using System.Text;
using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>
/// What the kernel shall know of the calling thread: its name, its processors, its priority. For dedicated threads, not for those of the
/// pool.
/// </summary>
public static unsafe class ThreadTuning
{
    private const int MaximumName = 15;
    private const int MaximumCpu = 4095;
    private const int MaskWords = (MaximumCpu + 1) / 64;

    /// <summary>Names the calling thread, for debuggers and for <c>top -H</c>, which shows the first 15 bytes.</summary>
    /// <param name="name">The name.</param>
    public static void NameCurrent(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Thread.CurrentThread.Name = name;

        // Cut at a whole character, so that what is shown is still UTF-8.
        var bytes = stackalloc byte[MaximumName + 1];
        new Span<byte>(bytes, MaximumName + 1).Clear();
        Encoding.UTF8.GetEncoder().Convert(name, new Span<byte>(bytes, MaximumName), flush: true, out _, out _, out _);
        _ = Libc.ProcessControl(Libc.ProcessControlSetName, (nint)bytes, 0, 0, 0); // a name is a convenience: nobody fails for lack of one
    }

    /// <summary>Binds the calling thread to processors. If not all of them are to be had, nothing is changed.</summary>
    /// <param name="cpus">Their numbers, from 0; at least one.</param>
    /// <param name="error">Why not, in words; empty if done.</param>
    public static bool TrySetAffinity(ReadOnlySpan<int> cpus, out string error)
    {
        var wanted = stackalloc ulong[MaskWords];
        new Span<ulong>(wanted, MaskWords).Clear();
        if (cpus.IsEmpty) return Refuse("affinity: the list of processors is empty", out error);
        foreach (var cpu in cpus)
        {
            if (cpu is < 0 or > MaximumCpu) return Refuse($"affinity: processor {cpu} is outside 0..{MaximumCpu}", out error);
            wanted[cpu / 64] |= 1UL << (cpu % 64);
        }

        const nuint size = MaskWords * sizeof(ulong);
        var before = stackalloc ulong[MaskWords];
        var after = stackalloc ulong[MaskWords];
        new Span<ulong>(before, MaskWords).Clear();
        new Span<ulong>(after, MaskWords).Clear();
        if (Libc.GetAffinity(0, size, before) < 0 || Libc.SetAffinity(0, size, wanted) < 0)
        {
            var reason = LinuxException.Describe(Libc.LastError);
            return Refuse($"affinity: processors {string.Join(',', cpus.ToArray())}: {reason}", out error);
        }

        // The kernel silently leaves out processors that do not exist or that a cpuset forbids.
        if (Libc.GetAffinity(0, size, after) >= 0 && !new Span<ulong>(after, MaskWords).SequenceEqual(new Span<ulong>(wanted, MaskWords)))
        {
            _ = Libc.SetAffinity(0, size, before);
            return Refuse($"affinity: not all of the processors {string.Join(',', cpus.ToArray())} are there for this process", out error);
        }

        error = "";
        return true;
    }

    /// <summary>Gives the calling thread a real-time priority (SCHED_FIFO). Needs CAP_SYS_NICE or an RLIMIT_RTPRIO.</summary>
    /// <param name="priority">1 (lowest) to 99.</param>
    /// <param name="error">Why not, in words; empty if done.</param>
    public static bool TrySetRealtimePriority(int priority, out string error)
    {
        if (priority is < 1 or > 99) return Refuse($"real-time priority {priority} is outside 1..99", out error);

        // By pthread, because not every C library passes sched_setscheduler(2) on.
        var failure = Libc.SetScheduling(Libc.CurrentThread(), Libc.SchedulerFifo, &priority);
        if (failure != 0)
        {
            var reason = LinuxException.Describe(failure);
            return Refuse($"real-time priority {priority}: {reason}; it needs CAP_SYS_NICE or RLIMIT_RTPRIO", out error);
        }

        error = "";
        return true;
    }

    /// <summary>Gives the calling thread a nice value. Lowering it needs CAP_SYS_NICE or an RLIMIT_NICE.</summary>
    /// <param name="nice">-20 (most favoured) to 19.</param>
    /// <param name="error">Why not, in words; empty if done.</param>
    public static bool TrySetNice(int nice, out string error)
    {
        if (nice is < -20 or > 19) return Refuse($"nice value {nice} is outside -20..19", out error);

        // On Linux a nice value belongs to the thread, and 0 means the calling one.
        if (Libc.SetPriority(Libc.PriorityOfThread, 0, nice) < 0)
        {
            var reason = LinuxException.Describe(Libc.LastError);
            return Refuse($"nice value {nice}: {reason}; it needs CAP_SYS_NICE or RLIMIT_NICE", out error);
        }

        error = "";
        return true;
    }

    private static bool Refuse(string reason, out string error)
    {
        error = reason;
        return false;
    }
}

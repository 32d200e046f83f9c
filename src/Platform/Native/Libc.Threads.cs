using System.Runtime.InteropServices;

namespace CameraFabric.Platform.Native;

/// <summary>The C library's calls, by subject: this part is about time and threads.</summary>
internal static unsafe partial class Libc
{
    public const int ClockMonotonic = 1;

    public const int ProcessControlSetName = 15;
    public const int ProcessControlSetTimerSlack = 29;
    public const int SchedulerFifo = 1;
    public const int PriorityOfThread = 0;

    /// <summary><c>struct timespec</c> of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;

        public static TimeSpec FromNanoseconds(long nanoseconds)
        {
            var (seconds, rest) = Math.DivRem(nanoseconds, 1_000_000_000L);
            return new TimeSpec { Seconds = seconds, Nanoseconds = rest };
        }

        public readonly long TotalNanoseconds => (Seconds * 1_000_000_000L) + Nanoseconds;
    }

    // Answered from the vDSO in some tens of nanoseconds and never blocking: the one call here for which the transition is worth leaving
    // out.
    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "clock_gettime")]
    public static partial int ClockGetTime(int clock, TimeSpec* time);

    [LibraryImport(Library, EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int operation, nint argument2, nint argument3, nint argument4, nint argument5);

    [LibraryImport(Library, EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int thread, nuint length, ulong* mask);

    [LibraryImport(Library, EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static partial int GetAffinity(int thread, nuint length, ulong* mask);

    [LibraryImport(Library, EntryPoint = "pthread_self")]
    public static partial nint CurrentThread();

    /// <summary>Returns the error number itself and does not set <c>errno</c>.</summary>
    [LibraryImport(Library, EntryPoint = "pthread_setschedparam")]
    public static partial int SetScheduling(nint thread, int policy, int* priority);

    [LibraryImport(Library, EntryPoint = "setpriority", SetLastError = true)]
    public static partial int SetPriority(int which, uint who, int nice);

    /// <summary>CLOCK_MONOTONIC in nanoseconds.</summary>
    public static long MonotonicNow()
    {
        TimeSpec now;
        _ = ClockGetTime(ClockMonotonic, &now); // cannot fail: the clock exists on every Linux and the pointer is good
        return now.TotalNanoseconds;
    }
}

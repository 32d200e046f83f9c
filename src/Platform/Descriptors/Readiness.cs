using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

/// <summary>Waiting for one descriptor with ppoll(2).</summary>
internal static unsafe class Readiness
{
    /// <summary>
    /// Waits until the descriptor is readable (or writable), has failed or was hung up: in the latter cases too the next call tells.
    /// False when the deadline passed first. Interruptions by signals are waited through.
    /// </summary>
    public static bool Wait(FileDescriptor descriptor, short wanted, Deadline deadline)
    {
        var referenced = false;
        try
        {
            descriptor.DangerousAddRef(ref referenced);
            var poll = new Libc.PollDescriptor { Descriptor = descriptor.Number, Wanted = wanted };
            while (true)
            {
                var rest = deadline.Remaining;
                var timeout = Libc.TimeSpec.FromNanoseconds(rest);
                var found = Libc.Poll(&poll, 1, deadline.IsInfinite ? null : &timeout, null);
                if (found > 0) return true;
                if (found == 0 && (rest == 0 || deadline.Remaining == 0)) return false;
                if (found < 0 && Libc.LastError != ErrorNumber.Interrupted) throw LinuxException.For(Libc.LastError, "poll");
            }
        }
        finally
        {
            if (referenced) descriptor.DangerousRelease();
        }
    }
}

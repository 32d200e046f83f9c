using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Fakes;

/// <summary>A clock that keeps the next one who asks for the time until it is let go.</summary>
internal sealed class HeldClock(FrameClock clock) : FrameClock
{
    private readonly ManualResetEventSlim _free = new();
    private readonly ManualResetEventSlim _asked = new();
    private int _holds;

    public override long Now
    {
        get
        {
            if (Interlocked.Exchange(ref _holds, 0) == 1)
            {
                _asked.Set();
                _free.Wait();
            }

            return clock.Now;
        }
    }

    /// <summary>Keeps the next one.</summary>
    public void Hold() => Volatile.Write(ref _holds, 1);

    /// <summary>Waits until somebody is kept.</summary>
    public bool WaitForAsked(TimeSpan patience) => _asked.Wait(patience);

    /// <summary>Lets go.</summary>
    public void Release() => _free.Set();

    public override bool WaitUntil(long deadlineNanoseconds, CancellationToken stop) => clock.WaitUntil(deadlineNanoseconds, stop);
}

using System.Runtime;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>
/// Counts the process's open descriptors from a beginning. Its collection runs alone: other tests open and close descriptors all the
/// time. No collection of garbage runs meanwhile, as long as the memory set aside for it lasts: a finalizer would close what was
/// leaked.
/// </summary>
[CollectionDefinition(nameof(OpenDescriptors), DisableParallelization = true)]
public sealed class OpenDescriptors : IDisposable
{
    private readonly int _before;

    public OpenDescriptors()
    {
        GC.TryStartNoGCRegion(64 << 20);
        _before = Links().Count;
    }

    /// <summary>How many more than at the beginning are open now.</summary>
    public int More => Links().Count - _before;

    /// <summary>
    /// Waits until as many descriptors more than at the beginning are open; fails if only the garbage collector could have closed them.
    /// </summary>
    public void Expect(int more)
    {
        // Each look allocates some of what is set aside: one that looked all the time would use it up within seconds.
        using var pause = new ManualResetEventSlim();
        using var patience = new CancellationTokenSource(GuestFrontend.Soon);
        var wasFirm = IsFirm;
        while (Links().Count != _before + more)
        {
            Assert.False(
                patience.IsCancellationRequested || (wasFirm && !IsFirm),
                $"{_before} descriptors were open at first, and {more} more should be now: {string.Join(", ", Links())}");
            pause.Wait(20);
        }

        Assert.True(IsFirm || !wasFirm, "garbage was collected meanwhile: it may have closed what was leaked");
    }

    public void Dispose()
    {
        if (IsFirm) GC.EndNoGCRegion();
    }

    private static bool IsFirm => GCSettings.LatencyMode == GCLatencyMode.NoGCRegion;

    private static List<string> Links()
    {
        var links = new List<string>();
        foreach (var entry in new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos())
        {
            // The one that reads this folder is gone before it is asked; an assembly is opened whenever the runtime first needs it.
            if (entry.LinkTarget is { } target && !target.StartsWith("/proc/", StringComparison.Ordinal)
                && !target.EndsWith(".dll", StringComparison.Ordinal) && !target.EndsWith(".pdb", StringComparison.Ordinal))
            {
                links.Add(target);
            }
        }

        return links;
    }
}

using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Guest.Program;

/// <summary>Counts what events tell. Written on the call thread, read on the guest's: all counters are atomic.</summary>
internal sealed class EventTally
{
    private const int Reasons = (int)DropReason.Policy + 1;

    private const int Types = (int)CameraEventType.Stream + 1;

    private const int Faults = (int)SourceFault.Short + 1;

    private readonly long[] _drops = new long[Reasons];
    private readonly long[] _types = new long[Types];
    private readonly long[] _faults = new long[Faults];
    private long _lost;
    private long _sourceLost;

    /// <summary>Frames that FRAME_DROP events told, whatever the reason.</summary>
    public long Drops
    {
        get
        {
            var total = 0L;
            for (var i = 0; i < Reasons; i++) total += Interlocked.Read(ref _drops[i]);
            return total;
        }
    }

    /// <summary>Events that the device joined to others or dropped.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>How often the source was lost.</summary>
    public long SourceLost => Interlocked.Read(ref _sourceLost);

    /// <summary>Counts an event.</summary>
    public void Count(in CameraEvent occurred)
    {
        Interlocked.Add(ref _lost, occurred.Lost);
        Interlocked.Increment(ref _types[(int)occurred.Type < Types ? (int)occurred.Type : 0]);
        if (occurred.Type == CameraEventType.FrameDrop)
            Interlocked.Add(ref _drops[occurred.Code < Reasons ? occurred.Code : 0], occurred.Argument);
        if (occurred is { Type: CameraEventType.Source, Code: (uint)SourceEvent.Lost }) Interlocked.Increment(ref _sourceLost);
        if (occurred is { Type: CameraEventType.Source, Code: (uint)SourceEvent.Lost or (uint)SourceEvent.Fault, Argument: not 0 })
            Interlocked.Increment(ref _faults[occurred.Argument < Faults ? occurred.Argument : 0]);
    }

    /// <summary>Events that told a fault of the source, by fault; faults that did not occur are left out.</summary>
    public IReadOnlyDictionary<string, long> SourceFaults() => Named(_faults, static fault => ((SourceFault)fault).ToString());

    /// <summary>Frames told as dropped, by reason; reasons that did not occur are left out.</summary>
    public IReadOnlyDictionary<string, long> DropsByReason() => Named(_drops, static reason => ((DropReason)reason).ToString());

    /// <summary>Events by type; types that did not occur are left out.</summary>
    public IReadOnlyDictionary<string, long> ByType() => Named(_types, static type => ((CameraEventType)type).ToString());

    private static SortedDictionary<string, long> Named(long[] counts, Func<int, string> name)
    {
        var named = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < counts.Length; i++)
        {
            var count = Interlocked.Read(ref counts[i]);
            if (count > 0) named[i == 0 ? "Unknown" : name(i)] = count;
        }

        return named;
    }
}

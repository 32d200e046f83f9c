namespace CameraFabric.Guest.Program;

/// <summary>Counts what was found wrong and keeps the first few in words. Thread-safe.</summary>
internal sealed class FailureLog
{
    private const int Kept = 8;

    private readonly Lock _gate = new();
    private readonly List<string> _first = [];
    private long _count;

    /// <summary>How many there were.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The first few.</summary>
    public IReadOnlyList<string> First
    {
        get
        {
            lock (_gate) return [.. _first];
        }
    }

    /// <summary>Notes one.</summary>
    public void Add(string what)
    {
        lock (_gate)
        {
            _count++;
            if (_first.Count < Kept) _first.Add(what);
        }
    }
}

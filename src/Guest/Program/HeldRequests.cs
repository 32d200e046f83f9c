using System.Diagnostics.CodeAnalysis;

namespace CameraFabric.Guest.Program;

/// <summary>
/// Completed requests, or buffers, that wait for their time to be submitted again, soonest first. One thread; a fixed array, for there are
/// only so many requests.
/// </summary>
internal sealed class HeldRequests<T>(int capacity)
{
    private readonly (T Request, long Due)[] _held = new (T, long)[capacity];

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>When the next is due, nanoseconds; <see cref="long.MaxValue"/> when none waits.</summary>
    public long NextDue => Count == 0 ? long.MaxValue : _held[Count - 1].Due;

    /// <summary>Keeps a request until a time. Requests of the same time keep their order.</summary>
    public void Add(T request, long due)
    {
        // Latest first, so that the soonest leaves from the end.
        var at = Count++;
        while (at > 0 && _held[at - 1].Due <= due)
        {
            _held[at] = _held[at - 1];
            at--;
        }

        _held[at] = (request, due);
    }

    /// <summary>Takes the soonest request if it is due.</summary>
    public bool TryTake(long now, [MaybeNullWhen(false)] out T request)
    {
        request = default;
        if (Count == 0 || _held[Count - 1].Due > now) return false;
        request = _held[--Count].Request;
        _held[Count] = default;
        return true;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_held, 0, Count);
        Count = 0;
    }
}

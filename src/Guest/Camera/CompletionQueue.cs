namespace CameraFabric.Guest.Camera;

/// <summary>
/// Carries completed requests from the driver's call thread to one that works on them. Holds as many as there are requests, so it never
/// overflows; allocates nothing once made.
/// </summary>
public sealed class CompletionQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _ready = new(0);
    private readonly CameraRequest?[] _ring;
    private int _first;
    private int _count;

    /// <summary>With room for <paramref name="capacity"/> requests: as many as the driver has.</summary>
    public CompletionQueue(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _ring = new CameraRequest?[capacity];
    }

    /// <summary>Puts a request in.</summary>
    /// <exception cref="InvalidOperationException">More requests than the queue was made for.</exception>
    public void Put(CameraRequest request)
    {
        lock (_gate)
        {
            if (_count == _ring.Length) throw new InvalidOperationException($"more than {_ring.Length} completed requests");
            _ring[(_first + _count++) % _ring.Length] = request;
        }

        _ready.Release();
    }

    /// <summary>Makes a waiting <see cref="TryTake"/> return empty-handed, once.</summary>
    public void Wake() => _ready.Release();

    /// <summary>Takes the request that has waited longest.</summary>
    /// <param name="timeout">How long to wait for one; zero only looks.</param>
    /// <param name="request">The request, if there is one.</param>
    /// <returns>False when none came, or when woken.</returns>
    public bool TryTake(TimeSpan timeout, out CameraRequest? request)
    {
        request = null;
        if (!_ready.Wait(timeout)) return false;
        lock (_gate)
        {
            if (_count == 0) return false;
            request = _ring[_first];
            _ring[_first] = null;
            _first = (_first + 1) % _ring.Length;
            _count--;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ready.Dispose();
}

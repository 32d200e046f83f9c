namespace CameraFabric.Platform;

/// <summary>
/// Descriptors that came with a message and that nobody has taken yet. Disposing the bag closes them: whoever parses a message inside a
/// <c>using</c> cannot leak one, whatever goes wrong. Not thread-safe.
/// </summary>
public sealed class DescriptorBag : IDisposable
{
    /// <summary>How many descriptors one message may bring, and a bag may hold.</summary>
    public const int MaximumPerMessage = 64;

    private readonly List<FileDescriptor> _descriptors = [];
    private bool _isDisposed;

    /// <summary>How many are in the bag.</summary>
    public int Count => _descriptors.Count;

    /// <summary>Takes one out of the bag; from now on it is the caller's to dispose. Those behind it move up by one.</summary>
    /// <param name="index">Its place, in the order in which they came.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none at that place.</exception>
    public FileDescriptor Take(int index = 0)
    {
        if ((uint)index >= (uint)_descriptors.Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), index, $"the message brought {_descriptors.Count} descriptors that are not yet taken");
        }

        var taken = _descriptors[index];
        _descriptors.RemoveAt(index);
        return taken;
    }

    /// <summary>Puts a descriptor in; it belongs to the bag, and is closed if the bag refuses it.</summary>
    /// <exception cref="InvalidOperationException">The bag is full.</exception>
    /// <exception cref="ObjectDisposedException">The bag is disposed.</exception>
    public void Add(FileDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        if (TryAdd(descriptor)) return;
        descriptor.Dispose();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        throw new InvalidOperationException($"a bag holds at most {MaximumPerMessage} descriptors");
    }

    /// <summary>Puts a descriptor in, unless the bag is full or disposed: then it stays the caller's.</summary>
    internal bool TryAdd(FileDescriptor descriptor)
    {
        if (_isDisposed || _descriptors.Count >= MaximumPerMessage) return false;
        _descriptors.Add(descriptor);
        return true;
    }

    /// <summary>Closes all that were not taken; the bag can be used again.</summary>
    public void Clear()
    {
        foreach (var descriptor in _descriptors) descriptor.Dispose();
        _descriptors.Clear();
    }

    /// <summary>Closes all that were not taken.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Clear();
    }
}

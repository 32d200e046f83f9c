namespace CameraFabric.Sensors.Controls;

/// <summary>A queue that can also take back what it gave. It grows only in <see cref="Reserve"/>, so that nothing is allocated at a frame's
/// edge.</summary>
internal sealed class SetQueue<T>
{
    private T[] _items = new T[8];
    private int _first;

    public int Count { get; private set; }

    public void Reserve(int capacity)
    {
        if (capacity <= _items.Length)
            return;
        var larger = new T[Math.Max(capacity, 2 * _items.Length)];
        for (var i = 0; i < Count; i++)
            larger[i] = this[i];
        _items = larger;
        _first = 0;
    }

    public T this[int index] => _items[(_first + index) % _items.Length];

    public void AddLast(T item)
    {
        Full();
        _items[(_first + Count++) % _items.Length] = item;
    }

    public void AddFirst(T item)
    {
        Full();
        _first = (_first + _items.Length - 1) % _items.Length;
        _items[_first] = item;
        Count++;
    }

    public T TakeFirst()
    {
        var item = _items[_first];
        _items[_first] = default!;
        _first = (_first + 1) % _items.Length;
        Count--;
        return item;
    }

    public void RemoveAt(int index)
    {
        for (var i = index; i < Count - 1; i++)
            _items[(_first + i) % _items.Length] = this[i + 1];
        Count--;
        _items[(_first + Count) % _items.Length] = default!;
    }

    private void Full()
    {
        if (Count == _items.Length)
            throw new InvalidOperationException("The queue was not reserved large enough.");
    }
}

using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Platform;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>Where an area is on its way into the guest's sight.</summary>
internal enum AreaState
{
    /// <summary>The guest does not see it.</summary>
    Hidden,

    /// <summary>The front-end was asked to map it.</summary>
    Mapping,

    /// <summary>The guest sees it.</summary>
    Visible,

    /// <summary>The front-end was asked to take it away.</summary>
    Unmapping,
}

/// <summary>
/// The memory of the MMAP buffers that one REQBUFS or CREATE_BUFS made: one memory file, mapped into the guest as a whole, because memory
/// slots of a VM are few. It lives until the queue has let go of it and the guest has taken back every mapping. Session thread only, but for
/// <see cref="TryEnter"/> and <see cref="Leave"/>.
/// </summary>
internal sealed class BufferArea
{
    private readonly MemoryFile _file;
    private readonly MappedMemory _memory;
    private readonly int[] _mappings;
    private readonly Lock _gate = new();
    private int _writers;
    private bool _isRetired;

    /// <summary>An area of so many buffers.</summary>
    /// <exception cref="LinuxException">There is no memory, or no descriptor, for it.</exception>
    public BufferArea(int count, int length, long offset)
    {
        Stride = StrideOf(length);
        Bytes = Stride * count;
        Offset = offset;
        _mappings = new int[count];
        _file = MemoryFile.Create("media-buffers", Bytes);
        try
        {
            _memory = _file.Map(MapAccess.ReadWrite);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Bytes from one buffer to the next.</summary>
    public long Stride { get; }

    public long Bytes { get; }

    /// <summary>Where it appears in region 0.</summary>
    public long Offset { get; }

    public FileDescriptor File => _file.Descriptor;

    public AreaState State { get; set; }

    /// <summary>What the front-end was asked last.</summary>
    public ulong Ticket { get; set; }

    /// <summary>The queue has no buffers in it any more.</summary>
    public bool IsAbandoned { get; set; }

    public bool IsMapped => _mappings.AsSpan().ContainsAnyExcept(0);

    /// <summary>A buffer's bytes rounded up to whole pages.</summary>
    public static long StrideOf(int length) => ((long)length + MediaWire.PageBytes - 1) / MediaWire.PageBytes * MediaWire.PageBytes;

    public GuestRange Range(int index, int length) => new(_memory, index * Stride, length);

    public long AddressOf(int index) => Offset + index * Stride;

    /// <summary>How often the guest has mapped a buffer.</summary>
    public int Mappings(int index) => _mappings[index];

    public void AddMapping(int index) => _mappings[index]++;

    /// <summary>The device is reset: the guest does not count on any mapping.</summary>
    public void ForgetMappings() => _mappings.AsSpan().Clear();

    /// <summary>One MUNMAP. False if nothing of it is mapped there.</summary>
    public bool TryRemoveMapping(ulong address)
    {
        var inside = (long)address - Offset;
        if (inside < 0 || inside >= Bytes || inside % Stride != 0 || _mappings[inside / Stride] == 0) return false;
        _mappings[inside / Stride]--;
        return true;
    }

    /// <summary>Begins to write: the memory stays until <see cref="Leave"/>. False once it is retired. Any thread.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_isRetired) return false;
            _writers++;
            return true;
        }
    }

    /// <summary>Ends what <see cref="TryEnter"/> began. Any thread.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_writers > 0 || !_isRetired) return;
        }

        Release();
    }

    /// <summary>Gives the memory up, as soon as nobody writes.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            if (_isRetired) return;
            _isRetired = true;
            if (_writers > 0) return;
        }

        Release();
    }

    private void Release()
    {
        _memory.Dispose();
        _file.Dispose();
    }
}

using CameraFabric.Device.Media.Wire;
using CameraFabric.Guest.Memory;

namespace CameraFabric.Guest.Media;

/// <summary>
/// Memory of an application in the guest: neighbours in its address space, scattered in guest memory. What a USERPTR buffer is made of.
/// </summary>
public sealed class UserBuffer : IDisposable
{
    private readonly GuestRam _ram;
    private readonly ulong[] _addresses;
    private readonly MediaSgEntry[] _pages;
    private readonly int _pieceBytes;

    /// <summary>Allocates it, the last piece first, so that no two neighbours are neighbours in guest memory.</summary>
    /// <param name="ram">The guest's memory.</param>
    /// <param name="bytes">Bytes, 1 or more.</param>
    /// <param name="pieceBytes">Bytes of each piece but the last.</param>
    /// <param name="userAddress">What the application would call its start: any number, which the device hands back.</param>
    /// <exception cref="InsufficientMemoryException">Guest memory is too small.</exception>
    public UserBuffer(GuestRam ram, int bytes, int pieceBytes, ulong userAddress = 0x7f00_0000_0000)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieceBytes);
        (_ram, _pieceBytes, Bytes, UserAddress) = (ram, pieceBytes, bytes, userAddress);
        var count = (bytes + pieceBytes - 1) / pieceBytes;
        _addresses = new ulong[count];
        _pages = new MediaSgEntry[count];
        for (var i = count - 1; i >= 0; i--)
        {
            var length = Math.Min(pieceBytes, bytes - i * pieceBytes);
            _addresses[i] = ram.Allocate(length);
            _pages[i] = new MediaSgEntry(_addresses[i], (uint)length);
        }
    }

    /// <summary>Bytes.</summary>
    public int Bytes { get; }

    /// <summary>Its address in the application, which means nothing to the device.</summary>
    public ulong UserAddress { get; }

    /// <summary>Where it lies in guest memory.</summary>
    public ReadOnlySpan<MediaSgEntry> Pages => _pages;

    /// <summary>What QBUF says of it.</summary>
    public V4l2Buffer Describe(int index) => new()
    {
        Index = (uint)index, Type = V4l2BufferType.VideoCapture, Memory = V4l2Memory.UserPointer, Pointer = UserAddress,
        Length = (uint)Bytes,
    };

    /// <summary>Copies its start out.</summary>
    /// <exception cref="ArgumentException">The target is longer than the buffer.</exception>
    public void CopyTo(Span<byte> target)
    {
        if (target.Length > Bytes) throw new ArgumentException($"{target.Length} bytes of a buffer of {Bytes}", nameof(target));
        for (var at = 0; at < target.Length; at += _pieceBytes)
        {
            var piece = target.Slice(at, Math.Min(_pieceBytes, target.Length - at));
            _ram.Read(_addresses[at / _pieceBytes], piece.Length).CopyTo(piece);
        }
    }

    /// <summary>Writes the same byte everywhere.</summary>
    public void Fill(byte value)
    {
        foreach (var page in _pages) _ram.Write(page.Start, (int)page.Length).Fill(value);
    }

    /// <summary>Gives the memory back. The device must have let go of it.</summary>
    public void Dispose()
    {
        foreach (var address in _addresses) _ram.Release(address);
    }
}

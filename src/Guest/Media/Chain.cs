using CameraFabric.Guest.Virtqueues;

namespace CameraFabric.Guest.Media;

/// <summary>A descriptor chain being built: parts, which may be cut into several descriptors at any byte.</summary>
internal sealed class Chain(MediaDriverOptions options)
{
    private readonly List<GuestSegment> _readable = [];
    private readonly List<GuestSegment> _writable = [];

    /// <summary>What the device reads.</summary>
    public ReadOnlySpan<GuestSegment> Readable => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_readable);

    /// <summary>What the device writes.</summary>
    public ReadOnlySpan<GuestSegment> Writable => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_writable);

    /// <summary>Adds a part for the device to read; one of no bytes adds nothing.</summary>
    public Chain Out(ulong address, int length) => Add(_readable, address, length);

    /// <summary>Adds a part for the device to write; one of no bytes adds nothing.</summary>
    public Chain In(ulong address, int length) => Add(_writable, address, length);

    private Chain Add(List<GuestSegment> segments, ulong address, int length)
    {
        while (length > 0)
        {
            var piece = options.DescriptorBytes == 0 ? length : Math.Min(length, options.DescriptorBytes);
            segments.Add(new GuestSegment(address, piece));
            address += (ulong)piece;
            length -= piece;
        }

        return this;
    }
}

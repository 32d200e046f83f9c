using System.Runtime.InteropServices;
using System.Text;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Fabric.Links;

/// <summary>Writes messages to a carrier, each in one call. Not thread-safe; allocates nothing after it was made.</summary>
/// <param name="carrier">Where bytes go.</param>
internal sealed class LinkOutput(LinkCarrier carrier)
{
    private readonly byte[] _buffer = new byte[LinkHead.Bytes + LinkWire.MaximumBody];

    /// <summary>A message without a body.</summary>
    /// <returns>Bytes sent.</returns>
    public int Send(LinkMessage type) => Finish(type, 0);

    /// <summary>A message of fixed size.</summary>
    /// <returns>Bytes sent.</returns>
    public int Send<T>(LinkMessage type, in T body) where T : struct => Finish(type, Put(0, body));

    /// <summary>A message whose fixed part is followed by controls.</summary>
    /// <returns>Bytes sent.</returns>
    public int Send<T>(LinkMessage type, in T body, ReadOnlySpan<ControlEntry> controls) where T : struct
    {
        var at = Put(0, body);
        var bytes = MemoryMarshal.AsBytes(controls);
        bytes.CopyTo(_buffer.AsSpan(LinkHead.Bytes + at));
        return Finish(type, at + bytes.Length);
    }

    /// <summary>A message of fixed size that brings a descriptor.</summary>
    /// <returns>Bytes sent.</returns>
    public int Send<T>(LinkMessage type, in T body, FileDescriptor descriptor) where T : struct
    {
        var bytes = Head(type, Put(0, body));
        carrier.Send(_buffer.AsSpan(0, bytes), descriptor);
        return bytes;
    }

    /// <summary>A message that is text alone; what is too long is cut.</summary>
    /// <returns>Bytes sent.</returns>
    public int Send(LinkMessage type, string text)
    {
        Encoding.UTF8.GetEncoder().Convert(text, _buffer.AsSpan(LinkHead.Bytes, LinkWire.MaximumReason), flush: true, out _, out var bytes, out _);
        return Finish(type, bytes);
    }

    /// <summary>A greeting.</summary>
    /// <returns>Bytes sent.</returns>
    /// <exception cref="LinkException">A name is too long.</exception>
    public int SendHello(uint epoch, Guid token, int window, string camera, string reader)
    {
        var cameraBytes = PutName(LinkHello.Bytes, camera);
        var readerBytes = PutName(LinkHello.Bytes + cameraBytes, reader);
        var number = MemoryMarshal.Read<UInt128>(token.ToByteArray());
        var hello = new LinkHello(LinkWire.Magic, LinkWire.Version, epoch, number, (uint)window, (ushort)cameraBytes, (ushort)readerBytes);
        return Finish(LinkMessage.Hello, Put(0, hello) + cameraBytes + readerBytes);
    }

    private int PutName(int at, string name) => Encoding.UTF8.GetByteCount(name) <= LinkWire.MaximumName
        ? Encoding.UTF8.GetBytes(name, _buffer.AsSpan(LinkHead.Bytes + at))
        : throw new LinkException($"the name '{name}' is too long for a link: {LinkWire.MaximumName} bytes of UTF-8 are possible");

    private int Put<T>(int at, in T body) where T : struct
    {
        MemoryMarshal.Write(_buffer.AsSpan(LinkHead.Bytes + at), in body);
        return at + System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
    }

    private int Finish(LinkMessage type, int bodyBytes)
    {
        var bytes = Head(type, bodyBytes);
        carrier.Send(_buffer.AsSpan(0, bytes));
        return bytes;
    }

    private int Head(LinkMessage type, int bodyBytes)
    {
        MemoryMarshal.Write(_buffer, new LinkHead((uint)bodyBytes, type, 0));
        return LinkHead.Bytes + bodyBytes;
    }
}

using System.Runtime.InteropServices;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// Messages over a unix socket: the framing that both ends and both channels share. The descriptors of the message being read are in
/// <see cref="Descriptors"/> until somebody takes them; the next message closes what nobody took.
/// </summary>
internal sealed class VhostUserChannel : IDisposable
{
    private readonly UnixSocket _socket;
    private readonly byte[] _outgoing = new byte[MessageHeader.Bytes + VhostUserWire.MaximumPayloadBytes];
    private readonly byte[] _incoming = new byte[VhostUserWire.MaximumPayloadBytes];

    public VhostUserChannel(UnixSocket socket) => _socket = socket;

    public DescriptorBag Descriptors { get; } = new();

    public FileDescriptor Socket => _socket.Descriptor;

    /// <summary>Reads the 12 bytes that begin a message; false at the orderly end of the stream.</summary>
    /// <exception cref="VhostUserViolation">The version is wrong, or the payload longer than any.</exception>
    public bool TryReadHeader(TimeSpan timeout, out MessageHeader header)
    {
        Descriptors.Clear();
        Span<byte> bytes = stackalloc byte[MessageHeader.Bytes];
        header = default;
        if (!TryReceive(bytes, timeout, null)) return false;
        header = MemoryMarshal.Read<MessageHeader>(bytes);
        if ((header.Flags & VhostUserWire.VersionMask) != VhostUserWire.Version)
        {
            var version = header.Flags & VhostUserWire.VersionMask;
            throw new VhostUserViolation(
                $"message {header.Request} has version {version} in its flags 0x{header.Flags:x}; it must be {VhostUserWire.Version}",
                isFatal: true);
        }

        if (header.Size > VhostUserWire.MaximumPayloadBytes)
        {
            throw new VhostUserViolation(
                $"message {header.Request} announces {header.Size} bytes of payload; "
                + $"none has more than {VhostUserWire.MaximumPayloadBytes}",
                isFatal: true);
        }

        return true;
    }

    /// <summary>Reads the payload of the message whose header was read. The span is valid until the next message.</summary>
    public ReadOnlySpan<byte> ReadPayload(scoped in MessageHeader header, TimeSpan timeout)
    {
        var payload = _incoming.AsSpan(0, (int)header.Size);
        if (!TryReceive(payload, timeout, header.Request))
        {
            throw new SocketClosedException(
                $"the stream ended after the header of message {header.Request}, whose payload has {header.Size} bytes");
        }

        return payload;
    }

    /// <summary>Sends one message whole.</summary>
    public void Send(uint request, uint flags, ReadOnlySpan<byte> payload, ReadOnlySpan<FileDescriptor> descriptors, TimeSpan timeout)
    {
        MemoryMarshal.Write(_outgoing, new MessageHeader(request, VhostUserWire.Version | flags, (uint)payload.Length));
        payload.CopyTo(_outgoing.AsSpan(MessageHeader.Bytes));
        _socket.Send(_outgoing.AsSpan(0, MessageHeader.Bytes + payload.Length), descriptors, timeout);
    }

    /// <summary>Receives a message's header, or the payload of a request.</summary>
    private bool TryReceive(Span<byte> buffer, TimeSpan timeout, uint? payloadOf)
    {
        try
        {
            return _socket.ReceiveExactly(buffer, Descriptors, timeout);
        }
        catch (TimeoutException e)
        {
            var what = payloadOf is { } request ? $"the payload of message {request}" : "the header of a message";
            throw new TimeoutException($"{what}: {e.Message}", e);
        }
    }

    /// <summary>Wakes whoever reads or writes at either end. Any thread.</summary>
    public void Shutdown() => _socket.Shutdown();

    public void Dispose()
    {
        Descriptors.Dispose();
        _socket.Dispose();
    }
}

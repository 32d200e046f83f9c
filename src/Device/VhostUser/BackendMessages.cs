using System.Runtime.InteropServices;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>One message of the back-end over its own channel.</summary>
/// <param name="Request">What it tells.</param>
/// <param name="Queue">The queue of a call; 0 otherwise.</param>
public readonly record struct BackendMessage(BackendRequest Request, int Queue);

/// <summary>
/// The front-end's end of the back-end's own channel. One thread at a time, which may be another than the main channel's.
/// </summary>
public sealed class BackendMessages : IDisposable
{
    private readonly VhostUserChannel _channel;
    private readonly UnixSocket _socket;
    private readonly SharedMemoryWindow?[] _windows = new SharedMemoryWindow?[SharedMemoryHeader.Regions];

    internal BackendMessages(UnixSocket socket)
    {
        _socket = socket;
        _channel = new VhostUserChannel(socket);
    }

    /// <summary>The socket, e.g. for a <see cref="Poller"/>.</summary>
    public FileDescriptor Descriptor => _socket.Descriptor;

    /// <summary>What was wrong with the last message that was refused; empty if none was.</summary>
    public string LastRefusal { get; private set; } = "";

    /// <summary>Lets the back-end map into a shared memory region from now on. The window stays the caller's.</summary>
    /// <param name="region">The region's id, 0 to 255.</param>
    /// <param name="window">Where it is mapped.</param>
    public void Share(int region, SharedMemoryWindow window)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)region, (uint)_windows.Length, nameof(region));
        Volatile.Write(ref _windows[region], window);
    }

    /// <summary>
    /// Receives one message, does what it asks for with shared memory regions, or refuses that, and acknowledges it if the back-end asks for
    /// that. What is not known is refused, and the next one taken.
    /// </summary>
    /// <param name="timeout">How long to wait for one.</param>
    /// <param name="message">The message.</param>
    /// <returns>False if none came in time, or the back-end closed the channel.</returns>
    /// <exception cref="VhostUserException">The back-end sent nonsense, or took no answer.</exception>
    public bool TryReceive(TimeSpan timeout, out BackendMessage message)
    {
        message = default;
        Span<byte> code = stackalloc byte[sizeof(ulong)];
        try
        {
            while (true)
            {
                MessageHeader header;
                try
                {
                    if (!_channel.TryReadHeader(timeout, out header)) return false;
                }
                catch (TimeoutException)
                {
                    return false;
                }

                var payload = _channel.ReadPayload(header, timeout);
                var refusal = Judge((BackendRequest)header.Request, payload, out message);
                if (header.NeedsReply)
                {
                    MemoryMarshal.Write(code, refusal.Length == 0 ? 0UL : 1UL);
                    _channel.Send(header.Request, VhostUserWire.ReplyFlag, code, [], timeout);
                }

                _channel.Descriptors.Clear();
                if (refusal.Length > 0) LastRefusal = refusal;

                // One that was refused is over as well: nobody shall wait for the next in its place.
                if (refusal.Length == 0 || IsMapping(message.Request)) return true;
            }
        }
        catch (SocketClosedException)
        {
            return false;
        }
        catch (Exception e) when (e is VhostUserViolation or TimeoutException or LinuxException)
        {
            throw new VhostUserException($"the back-end's channel: {e.Message}", e);
        }
    }

    /// <summary>Wakes whoever waits in it, and ends the channel. Any thread.</summary>
    public void Shutdown() => _channel.Shutdown();

    /// <summary>Closes the channel.</summary>
    public void Dispose() => _channel.Dispose();

    /// <summary>The device is reset: what is mapped into its regions is taken away. Any thread.</summary>
    internal void UnmapAll()
    {
        for (var i = 0; i < _windows.Length; i++) Volatile.Read(ref _windows[i])?.UnmapAll();
    }

    private static bool IsMapping(BackendRequest request) =>
        request is BackendRequest.SharedMemoryMap or BackendRequest.SharedMemoryUnmap;

    private string Judge(BackendRequest request, ReadOnlySpan<byte> payload, out BackendMessage message)
    {
        message = new BackendMessage(request, 0);
        switch (request)
        {
            case BackendRequest.ConfigChange:
                return payload.IsEmpty ? "" : $"CONFIG_CHANGE has {payload.Length} bytes; it has none";
            case BackendRequest.VringCall when payload.Length == VringState.Bytes:
                var state = MemoryMarshal.Read<VringState>(payload);
                message = message with { Queue = (int)state.Index };
                return state.Index <= 255 ? "" : $"VRING_CALL is of queue {state.Index}; 0 to 255 are right";
            case BackendRequest.SharedMemoryMap or BackendRequest.SharedMemoryUnmap when payload.Length == WireMapping.Bytes:
                return Map(request, MemoryMarshal.Read<WireMapping>(payload));
            default:
                return $"message {(uint)request} with {payload.Length} bytes is not known";
        }
    }

    private string Map(BackendRequest request, in WireMapping wire)
    {
        if (Volatile.Read(ref _windows[wire.Region]) is not { } window) return $"there is no shared memory region {wire.Region}";
        if ((wire.FileOffset | wire.Offset | wire.Length) > long.MaxValue) return "SHMEM_MAP with numbers above 2^63";
        var isWritable = (wire.Flags & WireMapping.WritableFlag) != 0;
        var mapping = new SharedMapping(wire.Region, (long)wire.Offset, (long)wire.FileOffset, (long)wire.Length, isWritable);
        if (request == BackendRequest.SharedMemoryUnmap) return window.Unmap(mapping);
        if (_channel.Descriptors.Count != 1) return $"SHMEM_MAP came with {_channel.Descriptors.Count} descriptors; it must have one";
        using var file = _channel.Descriptors.Take();
        return window.Map(mapping, file);
    }
}

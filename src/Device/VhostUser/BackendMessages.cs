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

    internal BackendMessages(UnixSocket socket)
    {
        _socket = socket;
        _channel = new VhostUserChannel(socket);
    }

    /// <summary>The socket, e.g. for a <see cref="Poller"/>.</summary>
    public FileDescriptor Descriptor => _socket.Descriptor;

    /// <summary>
    /// Receives one message, and acknowledges it if the back-end asks for that. What is not known is refused, and the next one taken.
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
                var isKnown = TryParse((BackendRequest)header.Request, payload, out message);
                if (header.NeedsReply)
                {
                    MemoryMarshal.Write(code, isKnown ? 0UL : 1UL);
                    _channel.Send(header.Request, VhostUserWire.ReplyFlag, code, [], timeout);
                }

                _channel.Descriptors.Clear();
                if (isKnown) return true;
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

    private static bool TryParse(BackendRequest request, ReadOnlySpan<byte> payload, out BackendMessage message)
    {
        message = default;
        switch (request)
        {
            case BackendRequest.ConfigChange when payload.IsEmpty:
                message = new BackendMessage(request, 0);
                return true;
            case BackendRequest.VringCall when payload.Length == VringState.Bytes:
                var state = MemoryMarshal.Read<VringState>(payload);
                message = new BackendMessage(request, (int)state.Index);
                return state.Index <= 255;
            default:
                return false;
        }
    }
}

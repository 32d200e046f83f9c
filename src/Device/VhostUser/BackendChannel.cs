using System.Runtime.InteropServices;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// The back-end's own channel, towards the front-end. Any thread asks for a message; the connection's thread sends it, and never waits, be
/// it for room or for an answer: the front-end may at the same time be waiting for us on the main channel. Notifications that are still
/// unsent coalesce; what has an answer is asked one after the other (<see cref="SharedMemoryCalls"/>).
/// </summary>
internal sealed class BackendChannel : IDisposable
{
    private const int AnswerBytes = MessageHeader.Bytes + sizeof(ulong);

    private readonly UnixSocket _socket;
    private readonly VhostUserChannel _channel;
    private readonly Action _wake;
    private readonly ulong[] _calls = new ulong[256 / 64];
    private readonly byte[] _incoming = new byte[512];
    private BackendRequest _asked;
    private int _received;
    private int _configChange;

    public BackendChannel(UnixSocket socket, Action wake)
    {
        _socket = socket;
        _channel = new VhostUserChannel(socket);
        _wake = wake;
    }

    public FileDescriptor Socket => _socket.Descriptor;

    /// <summary>Whether the last <see cref="Flush"/> found no room: then wait until the socket is writable.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>What the front-end is asked to map.</summary>
    public SharedMemoryCalls SharedMemory { get; } = new();

    /// <summary>Asks for VRING_CALL. Any thread.</summary>
    public void RequestCall(int index)
    {
        Interlocked.Or(ref _calls[index >> 6], 1UL << (index & 63));
        _wake();
    }

    /// <summary>Asks for CONFIG_CHANGE. Any thread.</summary>
    public void RequestConfigChange()
    {
        Volatile.Write(ref _configChange, 1);
        _wake();
    }

    /// <summary>Asks for SHMEM_MAP or SHMEM_UNMAP. Any thread. False if it cannot be asked: then nobody is told.</summary>
    public bool TryRequest(SharedMemoryCall call)
    {
        if (!SharedMemory.TryAdd(call)) return false;
        _wake();
        return true;
    }

    /// <summary>Sends what was asked for, as far as there is room.</summary>
    /// <exception cref="SocketClosedException">The front-end closed the channel.</exception>
    /// <exception cref="LinuxException">It is of no use.</exception>
    public void Flush()
    {
        IsBlocked = false;
        if (Interlocked.Exchange(ref _configChange, 0) != 0 && !TrySend(BackendRequest.ConfigChange, default))
        {
            Volatile.Write(ref _configChange, 1);
            return;
        }

        for (var word = 0; word < _calls.Length; word++)
        {
            if (Volatile.Read(ref _calls[word]) == 0) continue;
            var calls = Interlocked.Exchange(ref _calls[word], 0);
            while (calls != 0)
            {
                var bit = System.Numerics.BitOperations.TrailingZeroCount(calls);
                if (!TrySendCall((word * 64) + bit))
                {
                    Interlocked.Or(ref _calls[word], calls);
                    return;
                }

                calls &= calls - 1;
            }
        }

        if (SharedMemory.Next() is { } next && TrySend(next)) SharedMemory.Sent();
    }

    /// <summary>
    /// Takes what the front-end says on this channel: the answer to what was asked, or, where nothing was, what it has no reason to say.
    /// </summary>
    /// <returns>False if the channel has ended.</returns>
    /// <exception cref="VhostUserViolation">It is no answer to what was asked.</exception>
    public bool Receive()
    {
        try
        {
            // Nothing was asked: whatever it is, it is taken away. An answer's rest is left where it is until this one is judged.
            var room = SharedMemory.AwaitsAnswer ? AnswerBytes - _received : _incoming.Length;
            var count = _socket.Receive(_incoming.AsSpan(_received, room), _channel.Descriptors, TimeSpan.Zero);
            if (count == 0 || !SharedMemory.AwaitsAnswer) return count > 0;
            if (_channel.Descriptors.Count > 0)
            {
                throw new VhostUserViolation(
                    $"on the back-end's channel, the answer to {NameOf(_asked)} came with {_channel.Descriptors.Count} descriptors; "
                    + "it may have at most 0");
            }

            _received += count;
        }
        catch (TimeoutException)
        {
            return true;
        }
        finally
        {
            _channel.Descriptors.Clear();
        }

        if (_received < MessageHeader.Bytes) return true;
        var header = MemoryMarshal.Read<MessageHeader>(_incoming);
        if (header.Request != (uint)_asked || header.Size != sizeof(ulong)
            || (header.Flags & (VhostUserWire.VersionMask | VhostUserWire.ReplyFlag)) != (VhostUserWire.Version | VhostUserWire.ReplyFlag))
        {
            throw new VhostUserViolation(
                $"on the back-end's channel, {NameOf(_asked)} was answered with message {header.Request}, flags 0x{header.Flags:x}, "
                + $"{header.Size} bytes; message {(uint)_asked}, flags 0x5, {sizeof(ulong)} bytes is right");
        }

        if (_received < AnswerBytes) return true;
        _received = 0;
        SharedMemory.Answered(MemoryMarshal.Read<ulong>(_incoming.AsSpan(MessageHeader.Bytes)) == 0);
        return true;
    }

    public void Dispose()
    {
        _channel.Dispose();
        SharedMemory.Close();
    }

    private static string NameOf(BackendRequest request) =>
        request == BackendRequest.SharedMemoryMap ? "SHMEM_MAP" : "SHMEM_UNMAP";

    private bool TrySendCall(int index)
    {
        Span<byte> payload = stackalloc byte[VringState.Bytes];
        MemoryMarshal.Write(payload, new VringState((uint)index, 0));
        return TrySend(BackendRequest.VringCall, payload);
    }

    private bool TrySend(SharedMemoryCall call)
    {
        _asked = call.File is null ? BackendRequest.SharedMemoryUnmap : BackendRequest.SharedMemoryMap;
        Span<byte> payload = stackalloc byte[WireMapping.Bytes];
        MemoryMarshal.Write(payload, call.Mapping.ToWire());
        return TrySend(_asked, payload, VhostUserWire.NeedReplyFlag, call.File is { } file ? [file] : []);
    }

    private bool TrySend(
        BackendRequest request, ReadOnlySpan<byte> payload, uint flags = 0, ReadOnlySpan<FileDescriptor> descriptors = default)
    {
        try
        {
            // A message this short goes whole or not at all.
            _channel.Send((uint)request, flags, payload, descriptors, TimeSpan.Zero);
            return true;
        }
        catch (TimeoutException)
        {
            IsBlocked = true;
            return false;
        }
    }
}

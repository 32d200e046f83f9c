using System.Runtime.InteropServices;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// The back-end's own channel, towards the front-end. Any thread asks for a message; the connection's thread sends it, never waits
/// for room, and never asks for an answer: the front-end may at the same time be waiting for us on the main channel. Requests that
/// are still unsent coalesce.
/// </summary>
internal sealed class BackendChannel : IDisposable
{
    private readonly UnixSocket _socket;
    private readonly VhostUserChannel _channel;
    private readonly Action _wake;
    private readonly ulong[] _calls = new ulong[256 / 64];
    private readonly byte[] _discarded = new byte[512];
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
    }

    /// <summary>Takes away what the front-end says on this channel, where it has nothing to say: no answer was asked for.</summary>
    /// <returns>False if the channel has ended.</returns>
    public bool Discard()
    {
        try
        {
            return _socket.Receive(_discarded, _channel.Descriptors, TimeSpan.Zero) > 0;
        }
        catch (TimeoutException)
        {
            return true;
        }
        finally
        {
            _channel.Descriptors.Clear();
        }
    }

    public void Dispose() => _channel.Dispose();

    private bool TrySendCall(int index)
    {
        Span<byte> payload = stackalloc byte[VringState.Bytes];
        MemoryMarshal.Write(payload, new VringState((uint)index, 0));
        return TrySend(BackendRequest.VringCall, payload);
    }

    private bool TrySend(BackendRequest request, ReadOnlySpan<byte> payload)
    {
        try
        {
            // A message this short goes whole or not at all.
            _channel.Send((uint)request, 0, payload, [], TimeSpan.Zero);
            return true;
        }
        catch (TimeoutException)
        {
            IsBlocked = true;
            return false;
        }
    }
}

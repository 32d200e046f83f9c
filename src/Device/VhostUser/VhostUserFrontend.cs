using System.Runtime.InteropServices;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// The front-end of one vhost-user connection: what a VMM does, one method a message. Every method waits for the back-end where the
/// protocol lets it: for the answer, or (with REPLY_ACK) for the acknowledgement. One thread at a time, but for the back-end's own
/// channel (<see cref="BackendMessages"/>).
/// </summary>
public sealed partial class VhostUserFrontend : IDisposable
{
    private readonly VhostUserChannel _channel;
    private readonly TimeSpan _timeout;

    /// <summary>Makes a front-end for a connected socket, which it owns from now on.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="timeout">How long to wait for each answer.</param>
    public VhostUserFrontend(UnixSocket socket, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _channel = new VhostUserChannel(socket);
        _timeout = timeout;
    }

    /// <summary>What <see cref="SetProtocolFeatures"/> set.</summary>
    public ProtocolFeatures Protocol { get; private set; }

    /// <summary>The back-end's own channel; null before <see cref="OpenBackendChannel"/>.</summary>
    public BackendMessages? BackendMessages { get; private set; }

    /// <summary>GET_FEATURES: the virtio features that the back-end offers.</summary>
    /// <exception cref="VhostUserException">Refused, not answered in time, or the connection is closed; so with every method.</exception>
    public ulong GetFeatures() => AskWord(FrontendRequest.GetFeatures);

    /// <summary>SET_FEATURES: the virtio features that the driver chose; a subset of those offered.</summary>
    public void SetFeatures(ulong features) => TellWord(FrontendRequest.SetFeatures, features);

    /// <summary>GET_PROTOCOL_FEATURES.</summary>
    public ProtocolFeatures GetProtocolFeatures() => (ProtocolFeatures)AskWord(FrontendRequest.GetProtocolFeatures);

    /// <summary>SET_PROTOCOL_FEATURES; acknowledged already if it sets REPLY_ACK.</summary>
    public void SetProtocolFeatures(ProtocolFeatures features)
    {
        Protocol = features;
        TellWord(FrontendRequest.SetProtocolFeatures, (ulong)features);
    }

    /// <summary>SET_OWNER: opens the session.</summary>
    public void SetOwner() => Tell(FrontendRequest.SetOwner, [], []);

    /// <summary>RESET_OWNER: deprecated, and ignored by back-ends.</summary>
    public void ResetOwner() => Tell(FrontendRequest.ResetOwner, [], []);

    /// <summary>GET_QUEUE_NUM: how many queues the back-end has.</summary>
    public int GetQueueNum() => checked((int)AskWord(FrontendRequest.GetQueueNum));

    /// <summary>
    /// RESET_DEVICE: disables all rings and resets the device; the connection stays. What was mapped into shared memory regions is gone.
    /// </summary>
    public void ResetDevice()
    {
        Tell(FrontendRequest.ResetDevice, [], []);
        BackendMessages?.UnmapAll();
    }

    /// <summary>SET_STATUS: the virtio device status; 0 resets the device.</summary>
    public void SetStatus(byte status)
    {
        TellWord(FrontendRequest.SetStatus, status);
        if (status == 0) BackendMessages?.UnmapAll();
    }

    /// <summary>GET_STATUS: the virtio device status as the back-end sees it.</summary>
    public byte GetStatus() => checked((byte)AskWord(FrontendRequest.GetStatus));

    /// <summary>GET_CONFIG: reads a part of the configuration space.</summary>
    /// <param name="offset">Where.</param>
    /// <param name="target">As many bytes as are wanted; 1 to 256.</param>
    public void GetConfig(int offset, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target.Length, VhostUserWire.MaximumConfigBytes);
        Span<byte> question = stackalloc byte[ConfigHeader.Bytes + target.Length];
        question.Clear();
        MemoryMarshal.Write(question, new ConfigHeader((uint)offset, (uint)target.Length, 0));
        var answer = Ask(FrontendRequest.GetConfig, question);
        if (answer.IsEmpty) throw new VhostUserException($"GET_CONFIG of {target.Length} bytes at {offset} was refused");
        if (answer.Length != question.Length)
        {
            throw new VhostUserException($"GET_CONFIG was answered with {answer.Length} bytes; asked with {question.Length}");
        }
        answer[ConfigHeader.Bytes..].CopyTo(target);
    }

    /// <summary>SET_CONFIG: writes a part of the configuration space.</summary>
    public void SetConfig(int offset, ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, VhostUserWire.MaximumConfigBytes);
        Span<byte> payload = stackalloc byte[ConfigHeader.Bytes + data.Length];
        MemoryMarshal.Write(payload, new ConfigHeader((uint)offset, (uint)data.Length, 0));
        data.CopyTo(payload[ConfigHeader.Bytes..]);
        Tell(FrontendRequest.SetConfig, payload, []);
    }

    /// <summary>
    /// SET_BACKEND_REQ_FD: makes a socket pair and gives one end to the back-end. The other end is <see cref="BackendMessages"/>.
    /// </summary>
    public BackendMessages OpenBackendChannel()
    {
        var (ours, theirs) = UnixSocket.Pair();
        using (theirs)
        {
            var channel = new BackendMessages(ours);
            try
            {
                Tell(FrontendRequest.SetBackendReqFd, [], [theirs.Descriptor]);
            }
            catch
            {
                channel.Dispose();
                throw;
            }

            BackendMessages?.Dispose();
            BackendMessages = channel;
            return channel;
        }
    }

    /// <summary>Ends the connection; whoever waits in it wakes. Any thread.</summary>
    public void Shutdown() => _channel.Shutdown();

    /// <summary>Closes the connection and the back-end's channel.</summary>
    public void Dispose()
    {
        BackendMessages?.Dispose();
        _channel.Dispose();
    }

    private ulong AskWord(FrontendRequest request)
    {
        var answer = Ask(request, []);
        return answer.Length == sizeof(ulong)
            ? MemoryMarshal.Read<ulong>(answer)
            : throw new VhostUserException(
                $"{VhostUserRule.NameOf(request)} was answered with {answer.Length} bytes; it must be {sizeof(ulong)}");
    }

    private void TellWord(FrontendRequest request, ulong value)
    {
        Span<byte> payload = stackalloc byte[sizeof(ulong)];
        MemoryMarshal.Write(payload, value);
        Tell(request, payload, []);
    }

    /// <summary>Sends a message that has no answer of its own, and waits for its acknowledgement where there is one.</summary>
    private void Tell(FrontendRequest request, ReadOnlySpan<byte> payload, ReadOnlySpan<FileDescriptor> descriptors)
    {
        var isAcknowledged = Protocol.HasFlag(ProtocolFeatures.ReplyAck);
        Send(request, isAcknowledged ? VhostUserWire.NeedReplyFlag : 0, payload, descriptors);
        if (!isAcknowledged) return;
        var answer = ReadAnswer(request);
        if (answer.Length != sizeof(ulong))
        {
            throw new VhostUserException(
                $"{VhostUserRule.NameOf(request)} was acknowledged with {answer.Length} bytes; it must be {sizeof(ulong)}");
        }
        var code = MemoryMarshal.Read<ulong>(answer);
        if (code != 0)
        {
            throw new VhostUserException($"{VhostUserRule.NameOf(request)} was refused by the back-end (code {code}); its log says why");
        }
    }

    private ReadOnlySpan<byte> Ask(FrontendRequest request, ReadOnlySpan<byte> payload)
    {
        Send(request, 0, payload, []);
        return ReadAnswer(request);
    }

    private void Send(FrontendRequest request, uint flags, ReadOnlySpan<byte> payload, ReadOnlySpan<FileDescriptor> descriptors)
    {
        try
        {
            _channel.Send((uint)request, flags, payload, descriptors, _timeout);
        }
        catch (Exception e) when (e is TimeoutException or SocketClosedException or LinuxException)
        {
            throw new VhostUserException($"{VhostUserRule.NameOf(request)} could not be sent: {e.Message}", e);
        }
    }

    private ReadOnlySpan<byte> ReadAnswer(FrontendRequest request, bool keepDescriptors = false)
    {
        try
        {
            if (!_channel.TryReadHeader(_timeout, out var header))
            {
                throw new VhostUserException($"the back-end closed the connection instead of answering {VhostUserRule.NameOf(request)}");
            }
            if (header.Request != (uint)request || !header.IsReply)
            {
                throw new VhostUserException(
                    $"{VhostUserRule.NameOf(request)} was answered with message {header.Request}, flags 0x{header.Flags:x}");
            }

            return _channel.ReadPayload(header, _timeout);
        }
        catch (Exception e) when (e is TimeoutException or SocketClosedException or LinuxException or VhostUserViolation)
        {
            throw new VhostUserException($"{VhostUserRule.NameOf(request)} was not answered: {e.Message}", e);
        }
        finally
        {
            if (!keepDescriptors) _channel.Descriptors.Clear(); // most answers bring none
        }
    }
}

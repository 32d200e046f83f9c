using System.Runtime.InteropServices;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Device.VhostUser;

public sealed partial class VhostUserBackend
{
    /// <summary>Reads one message and does what it says; false if the stream ended between messages.</summary>
    private bool HandleMessage()
    {
        if (!_channel.TryReadHeader(_options.IdleMessageTimeout, out var header)) return false;
        var payload = _channel.ReadPayload(header, _options.IdleMessageTimeout);
        var request = (FrontendRequest)header.Request;
        try
        {
            if (_logger.IsEnabled(LogLevel.Debug)) _logger.Received(VhostUserRule.NameOf(request), header.Size, _channel.Descriptors.Count);
            Check(header, request);
            Dispatch(request, payload);
            if (!VhostUserRule.HasAnswer(request) && IsAcknowledged(header)) Answer(request, 0);
        }
        catch (VhostUserViolation e) when (!e.IsFatal && IsAcknowledged(header))
        {
            _logger.Refused(e.Message);
            Answer(request, 1);
        }
        finally
        {
            // What nobody took is closed now, not with the next message, which may never come.
            _channel.Descriptors.Clear();
        }

        return true;
    }

    // Judged after the message was obeyed: the message that negotiates acknowledgements may itself ask for one.
    private bool IsAcknowledged(in MessageHeader header) => header.NeedsReply && Has(ProtocolFeatures.ReplyAck);

    private void Check(in MessageHeader header, FrontendRequest request)
    {
        if (header.IsReply)
        {
            throw new VhostUserViolation(
                $"{VhostUserRule.NameOf(request)} is marked as a reply, and nothing was asked on this channel", isFatal: true);
        }
        if (!VhostUserRule.TryGet(request, out var rule)) throw new VhostUserViolation($"message {header.Request} is not implemented");
        if (header.Size < (uint)rule.Minimum || header.Size > (uint)rule.Maximum)
        {
            var right = rule.Minimum == rule.Maximum ? $"{rule.Minimum}" : $"{rule.Minimum} to {rule.Maximum}";
            throw new VhostUserViolation($"{rule.Name} has {header.Size} bytes of payload; it must have {right}");
        }

        if (_channel.Descriptors.Count > rule.Descriptors)
        {
            throw new VhostUserViolation(
                $"{rule.Name} came with {_channel.Descriptors.Count} descriptors; it may have at most {rule.Descriptors}");
        }
    }

    private void Dispatch(FrontendRequest request, ReadOnlySpan<byte> payload)
    {
        switch (request)
        {
            case FrontendRequest.GetFeatures: Answer(request, _offered); break;
            case FrontendRequest.SetFeatures: SetFeatures(Word(payload)); break;
            case FrontendRequest.SetOwner or FrontendRequest.ResetOwner: break;
            case FrontendRequest.SetMemTable: SetMemoryTable(payload); break;
            case FrontendRequest.SetVringNum: SetVringNum(Parse<VringState>(payload)); break;
            case FrontendRequest.SetVringAddr: SetVringAddress(Parse<VringAddress>(payload)); break;
            case FrontendRequest.SetVringBase: SetVringBase(Parse<VringState>(payload)); break;
            case FrontendRequest.GetVringBase: GetVringBase(Parse<VringState>(payload)); break;
            case FrontendRequest.SetVringKick: SetVringKick(Word(payload)); break;
            case FrontendRequest.SetVringCall: SetVringCall(Word(payload)); break;
            case FrontendRequest.SetVringErr: SetVringError(Word(payload)); break;
            case FrontendRequest.GetProtocolFeatures: Answer(request, (ulong)_offeredProtocol); break;
            case FrontendRequest.SetProtocolFeatures: SetProtocolFeatures(Word(payload)); break;
            case FrontendRequest.GetQueueNum: Answer(request, (ulong)_rings.Length); break;
            case FrontendRequest.SetVringEnable: SetVringEnable(Parse<VringState>(payload)); break;
            case FrontendRequest.SetBackendReqFd: SetBackendChannel(); break;
            case FrontendRequest.GetConfig: GetConfig(payload); break;
            case FrontendRequest.SetConfig: SetConfig(payload); break;
            case FrontendRequest.GetInflightFd: GetInflight(payload); break;
            case FrontendRequest.SetInflightFd: SetInflight(payload); break;
            case FrontendRequest.ResetDevice: ResetDevice(); break;
            case FrontendRequest.VringKick: KickInBand(Parse<VringState>(payload)); break;
            case FrontendRequest.GetMaxMemSlots: Answer(request, (ulong)_options.MaximumMemoryRegions); break;
            case FrontendRequest.AddMemReg: AddMemoryRegion(Parse<SingleRegion>(payload)); break;
            case FrontendRequest.RemMemReg: RemoveMemoryRegion(Parse<SingleRegion>(payload)); break;
            case FrontendRequest.SetStatus: SetStatus(Word(payload)); break;
            case FrontendRequest.GetStatus: Answer(request, (ulong)_status); break;
            case FrontendRequest.GetSharedMemoryConfig: GetSharedMemoryConfig(); break;
            default: throw new VhostUserViolation($"message {(uint)request} is not implemented");
        }
    }

    private void SetFeatures(ulong features)
    {
        if ((features & ~_offered) != 0)
        {
            throw new VhostUserViolation(
                $"SET_FEATURES sets 0x{features:x}, of which 0x{features & ~_offered:x} was not offered (0x{_offered:x})");
        }

        if (Array.Find(_rings, r => r.Queue is not null) is { } running)
        {
            if (features == _features) return;
            throw new VhostUserViolation(
                $"SET_FEATURES changes 0x{_features:x} to 0x{features:x} while queue {running.Index} runs; stop it first");
        }

        _features = features;
        _device.FeaturesNegotiated(features & ~VirtioFeatures.ProtocolFeatures);
        foreach (var ring in _rings) TryStart(ring);
    }

    private void SetProtocolFeatures(ulong features)
    {
        var unknown = features & ~(ulong)_offeredProtocol;
        if (unknown != 0)
        {
            throw new VhostUserViolation(
                $"SET_PROTOCOL_FEATURES sets 0x{features:x}, of which 0x{unknown:x} was not offered (0x{(ulong)_offeredProtocol:x})");
        }
        const ProtocolFeatures needed = ProtocolFeatures.BackendRequests | ProtocolFeatures.ReplyAck;
        var asked = (ProtocolFeatures)features;
        if (asked.HasFlag(ProtocolFeatures.InBandNotifications) && !asked.HasFlag(needed))
        {
            throw new VhostUserViolation(
                $"SET_PROTOCOL_FEATURES sets INBAND_NOTIFICATIONS without BACKEND_REQ and REPLY_ACK (0x{features:x}); it needs both",
                isFatal: true);
        }

        Volatile.Write(ref _protocol, features);
        foreach (var ring in _rings)
        {
            if (asked.HasFlag(ProtocolFeatures.InBandNotifications)) ring.CallInBand();
        }
    }

    private void SetStatus(ulong status)
    {
        if (status > byte.MaxValue) throw new VhostUserViolation($"SET_STATUS sets 0x{status:x}; a device status has 8 bits");

        // Never waited for: several front-ends do not tell the steps up to DRIVER_OK. Only the way back to zero means something.
        _status = (long)status;
        if (status != 0) return;
        DisableAll(isPause: true);

        // A device that was told what is saved, for a queue that then could not start, has that to forget.
        _isLive |= _toldSavedState;
        ResetIfIdle();
        _inflight?.Clear();
    }

    private void ResetDevice()
    {
        DisableAll(isPause: false);
        _status = 0;
        _isLive = false;
        _toldSavedState = false;
        _device.Reset();
        _inflight?.Clear();
    }

    private void GetConfig(ReadOnlySpan<byte> payload)
    {
        var asked = Parse<ConfigHeader>(payload);
        var data = payload.Length - ConfigHeader.Bytes;
        var fits = asked.Size is > 0 and <= VhostUserWire.MaximumConfigBytes
            && asked.Offset <= VhostUserWire.MaximumConfigBytes - asked.Size;
        if (!fits || (data != 0 && data != asked.Size))
        {
            _logger.Refused(
                $"GET_CONFIG asks for {asked.Size} bytes at {asked.Offset} with {data} bytes of room; "
                + $"the space has at most {VhostUserWire.MaximumConfigBytes}");
            Answer(FrontendRequest.GetConfig, default(ReadOnlySpan<byte>));
            return;
        }

        // What lies behind the device's own space reads as zero: a front-end may have been told to make it larger.
        Span<byte> whole = stackalloc byte[VhostUserWire.MaximumConfigBytes];
        whole.Clear();
        _device.ReadConfig(whole[.._device.ConfigLength]);
        Span<byte> answer = stackalloc byte[ConfigHeader.Bytes + VhostUserWire.MaximumConfigBytes];
        MemoryMarshal.Write(answer, asked);
        whole.Slice((int)asked.Offset, (int)asked.Size).CopyTo(answer[ConfigHeader.Bytes..]);
        Answer(FrontendRequest.GetConfig, answer[..(ConfigHeader.Bytes + (int)asked.Size)]);
    }

    private void SetConfig(ReadOnlySpan<byte> payload)
    {
        var asked = Parse<ConfigHeader>(payload);
        var data = payload[ConfigHeader.Bytes..];
        if (asked.Size != data.Length) throw new VhostUserViolation($"SET_CONFIG announces {asked.Size} bytes and brings {data.Length}");
        if (asked.Offset > _device.ConfigLength || data.Length > _device.ConfigLength - (int)asked.Offset)
        {
            throw new VhostUserViolation($"SET_CONFIG writes {data.Length} bytes at {asked.Offset}; the space has {_device.ConfigLength}");
        }

        if (!_device.TryWriteConfig((int)asked.Offset, data))
        {
            throw new VhostUserViolation($"SET_CONFIG writes {data.Length} bytes at {asked.Offset}, which are for reading alone");
        }
    }

    private void SetBackendChannel()
    {
        if (!Has(ProtocolFeatures.BackendRequests))
        {
            throw new VhostUserViolation("SET_BACKEND_REQ_FD came, but BACKEND_REQ is not negotiated");
        }
        if (_channel.Descriptors.Count == 0) throw new VhostUserViolation("SET_BACKEND_REQ_FD came without a descriptor; it must have one");
        BackendChannel channel;
        try
        {
            channel = new BackendChannel(UnixSocket.FromDescriptor(_channel.Descriptors.Take()), Wake);
        }
        catch (ArgumentException e)
        {
            throw new VhostUserViolation($"SET_BACKEND_REQ_FD: {e.Message}", inner: e);
        }

        CloseBackendChannel();
        _poller.Add(channel.Socket, PollEvents.Readable, BackendChannelToken);
        Volatile.Write(ref _backendChannel, channel);
        Interlocked.MemoryBarrier();
        RequestMissedCalls(channel);
    }

    private void CallInBand(int index)
    {
        if (Volatile.Read(ref _backendChannel) is { } channel)
        {
            channel.RequestCall(index);
            return;
        }

        // Kept until there is a channel, which may come in this very moment: either it is seen here, or the call there.
        _rings[index].MissMessage();
        if (Volatile.Read(ref _backendChannel) is { } late) RequestMissedCalls(late);
    }

    private void RequestMissedCalls(BackendChannel channel)
    {
        foreach (var ring in _rings)
        {
            if (ring.TakeMissedMessage()) channel.RequestCall(ring.Index);
        }
    }

    private void FlushBackendChannel()
    {
        if (_backendChannel is not { } channel) return;
        var wasBlocked = channel.IsBlocked;
        try
        {
            channel.Flush();
            if (channel.IsBlocked != wasBlocked)
            {
                var wanted = channel.IsBlocked ? PollEvents.Readable | PollEvents.Writable : PollEvents.Readable;
                _poller.Modify(channel.Socket, wanted, BackendChannelToken);
            }
        }
        catch (Exception e) when (e is SocketClosedException or LinuxException)
        {
            _logger.ChannelClosed(e.Message);
            CloseBackendChannel();
        }
    }

    private void ReceiveFromBackendChannel()
    {
        try
        {
            if (_backendChannel is not { } channel || channel.Receive()) return;
            _logger.ChannelClosed("end of stream");
        }
        catch (VhostUserViolation e)
        {
            _logger.Refused(e.Message);
        }
        catch (Exception e) when (e is SocketClosedException or LinuxException)
        {
            _logger.ChannelClosed(e.Message);
        }

        CloseBackendChannel();
    }

    private void CloseBackendChannel()
    {
        if (_backendChannel is not { } channel) return;
        Volatile.Write(ref _backendChannel, null);
        _poller.Remove(channel.Socket);
        channel.Dispose();
    }

    private void Answer(FrontendRequest request, ulong value)
    {
        Span<byte> payload = stackalloc byte[sizeof(ulong)];
        MemoryMarshal.Write(payload, value);
        Answer(request, payload);
    }

    private void Answer(FrontendRequest request, ReadOnlySpan<byte> payload, ReadOnlySpan<FileDescriptor> descriptors = default)
    {
        try
        {
            _channel.Send((uint)request, VhostUserWire.ReplyFlag, payload, descriptors, _options.ReplyTimeout);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"the front-end does not read the answer to {VhostUserRule.NameOf(request)}: {e.Message}", e);
        }
    }

    private static ulong Word(ReadOnlySpan<byte> payload) => MemoryMarshal.Read<ulong>(payload);

    private static T Parse<T>(ReadOnlySpan<byte> payload)
        where T : unmanaged => MemoryMarshal.Read<T>(payload);
}

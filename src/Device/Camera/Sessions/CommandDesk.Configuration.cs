using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>GET_CAPABILITIES, TRY, CONFIGURE, BUF_ATTACH, BUF_DETACH.</summary>
internal sealed partial class CommandDesk
{
    /// <summary>The camera is configured, or cannot be.</summary>
    public void Configured(ulong ticket, CameraStatus status, StreamConfiguration? given)
    {
        if (!IsAnswerTo(ticket, Wait.Configured)) return;
        if (status != CameraStatus.Ok || given is null)
        {
            Answer(status == CameraStatus.Ok ? CameraStatus.Internal : status);
        }
        else
        {
            DropConfiguration();
            _session.Adopt(given);
            AnswerConfiguration(given, _session.Generation);
        }

        Work();
    }

    private void GetCapabilities(ReadOnlySpan<byte> body)
    {
        if (!TryRead<GetCapabilitiesCommand>(body, GetCapabilitiesCommand.Bytes, out var command) || Room < GetCapabilitiesReply.Bytes
            || command.Offset > (uint)_session.Capabilities.Length)
        {
            Answer(CameraStatus.Invalid);
            return;
        }

        var blob = _session.Capabilities;
        var left = (uint)blob.Length - command.Offset;
        var count = (int)Math.Min(Math.Min(command.Maximum, left), (uint)(Room - GetCapabilitiesReply.Bytes));
        var reply = Reply(GetCapabilitiesReply.Bytes + count);
        CameraWire.Write(reply, new GetCapabilitiesReply(_session.CapabilityGeneration, (uint)blob.Length, command.Offset));
        blob.AsSpan((int)command.Offset, count).CopyTo(reply[GetCapabilitiesReply.Bytes..]);
        Answer(CameraStatus.Ok, reply.Length);
    }

    private void Configure(ReadOnlySpan<byte> body, bool isTry)
    {
        if (!TryRead<ConfigureCommand>(body, ConfigureCommand.Bytes, out var command) || command.StreamCount == 0)
        {
            Answer(CameraStatus.Invalid);
        }
        else if (command.StreamCount > StreamWire.MaximumStreams)
        {
            Answer(CameraStatus.Unsupported);
        }
        else if (!TryRead<StreamConfig>(body[ConfigureCommand.Bytes..], StreamConfig.Bytes, out var wire)
            || wire.StreamId != StreamWire.StreamId || Room < ConfigureReply.Bytes + StreamConfig.Bytes)
        {
            Answer(CameraStatus.Invalid);
        }
        else if (!isTry && _session.State is not (SessionState.Idle or SessionState.Configured))
        {
            Answer(CameraStatus.Busy);
        }
        else if (!isTry && !_session.SourcePresent)
        {
            Answer(CameraStatus.NoSource);
        }
        else
        {
            // An observer takes the camera as it is.
            var adjusted = !_session.Steers && _session.CameraConfiguration is { } current
                ? current
                : _session.Profile.Adjust(StreamWire.Wanted(wire));
            if (isTry) AnswerConfiguration(adjusted, generation: 0);
            else _session.Host.Configure(Await(Wait.Configured), adjusted);
        }
    }

    private void AnswerConfiguration(StreamConfiguration configuration, uint generation)
    {
        var reply = Reply(ConfigureReply.Bytes + StreamConfig.Bytes);
        CameraWire.Write(reply, new ConfigureReply(generation, 1));
        CameraWire.Write(reply[ConfigureReply.Bytes..], StreamWire.Given(configuration, _session.Profile, _session.Limits));
        Answer(CameraStatus.Ok, reply.Length);
    }

    private void AttachBuffer(ReadOnlySpan<byte> body)
    {
        if (!TryRead<AttachBufferCommand>(body, AttachBufferCommand.Bytes, out var command))
        {
            Answer(CameraStatus.Invalid);
        }
        else if (IsStale(command.Generation))
        {
            Answer(CameraStatus.Stale);
        }
        else
        {
            var bytes = (ulong)command.EntryCount * MemoryEntry.Bytes;
            var entries = body[AttachBufferCommand.Bytes..];
            Answer(command.StreamId != StreamWire.StreamId || bytes > (ulong)entries.Length
                ? CameraStatus.Invalid
                : _buffers.Attach(command, entries[..(int)bytes], _chain!.Memory, _session.Layout!));
        }
    }

    private void DetachBuffer(ReadOnlySpan<byte> body)
    {
        if (!TryRead<DetachBufferCommand>(body, DetachBufferCommand.Bytes, out var command)) Answer(CameraStatus.Invalid);
        else if (IsStale(command.Generation)) Answer(CameraStatus.Stale);
        else Answer(command.StreamId == StreamWire.StreamId ? _buffers.Detach(command.BufferId) : CameraStatus.Invalid);
    }

    /// <summary>Nothing of the configuration in force stays: not its requests, not its buffers.</summary>
    private void DropConfiguration()
    {
        _requests.CancelAll(CameraStatus.Cancelled);
        _buffers.Clear();
        DropPool();
        _session.Abandon();
    }

    private bool IsStale(uint generation) => _session.Generation == 0 || generation != _session.Generation;

    private static bool TryRead<T>(ReadOnlySpan<byte> bytes, int size, out T value)
        where T : unmanaged
    {
        value = bytes.Length >= size ? CameraWire.Read<T>(bytes) : default;
        return bytes.Length >= size;
    }
}

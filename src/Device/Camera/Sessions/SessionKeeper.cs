using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// Keeps what the guest has said and is in force where a crash of this process does not reach it: after each change, and before the guest
/// is told of it. With a change that a command made goes the command's answer, so that a command is either not done or done and answered
/// as far as the guest can tell. Session thread only.
/// </summary>
internal sealed class SessionKeeper(SessionContext session, BufferRegistry buffers, ControlDesk controls)
{
    private SavedArea? _area;
    private long _kept = -1;
    private byte[] _state = new byte[4096];
    private byte[] _answered = [];
    private SavedSession _answeredBy;

    private long Revision => session.Revision + buffers.Revision + controls.Revision;

    /// <summary>Keeps the state there from now on.</summary>
    public void Attach(SavedState memory)
    {
        _area = new SavedArea(memory);
        _answered = [];
        _kept = -1;
    }

    /// <summary>Keeps nothing any more; what is there stays, and a command that it answers can still be given back with that.</summary>
    public void Detach() => _area = null;

    /// <summary>What an earlier life of the device left; null if that is nothing that could be read.</summary>
    public SavedSessionReader? Load(out ulong lastEvent)
    {
        lastEvent = _area?.LastEvent ?? 0;
        if (_area?.Load() is not { } state || !SavedSessionReader.TryOpen(state, out var reader)) return null;
        _answered = reader!.Answer.ToArray();
        _answeredBy = reader.Session;
        return reader;
    }

    /// <summary>An event is about to go out.</summary>
    public void KeepEvent(ulong number)
    {
        if (_area is { } area) area.LastEvent = number;
    }

    /// <summary>Keeps what has changed, if anything has and if there is a place for it.</summary>
    /// <param name="command">The command that changed it; null for something else.</param>
    /// <param name="answer">The answer that the command is about to get.</param>
    public void Keep(DescriptorChain? command = null, ReadOnlySpan<byte> answer = default)
    {
        if (_area is not { } area || session.IsRestoring || Revision == _kept) return;
        _kept = Revision;
        if (command is not null) (_answered, _answeredBy) = ([], Identify(command));

        // An answer from an earlier life that nobody has asked for yet stays kept: the command may still come, or this life end first.
        var told = command is null ? _answered : answer;
        if (!TryWrite(told, isWhole: true, out var length)) TryWrite(default, isWhole: false, out length);
        area.TrySave(_state.AsSpan(0, length));
    }

    /// <summary>
    /// Answers a command that an earlier life of the device had carried out but perhaps not answered: with the answer that it kept.
    /// </summary>
    /// <returns>Null if it was not carried out.</returns>
    public byte[]? AnswerTo(DescriptorChain command)
    {
        if (_answered.Length == 0) return null;
        var by = Identify(command);
        var answer = (by.CommandHead, by.CommandBytes, by.CommandChecksum)
            == (_answeredBy.CommandHead, _answeredBy.CommandBytes, _answeredBy.CommandChecksum) ? _answered : null;
        // There is at most one such command, and it is the first.
        _answered = [];
        return answer;
    }

    private bool TryWrite(ReadOnlySpan<byte> answer, bool isWhole, out int length)
    {
        var packet = isWhole ? controls.Measure() : 0;
        length = SavedSession.Bytes + CameraWire.Align(answer.Length) + packet + (isWhole ? buffers.MeasureSaved() : 0);
        if (length > _area!.Capacity && isWhole) return false;
        if (_state.Length < length) _state = new byte[length];
        var state = _state.AsSpan(0, length);
        state.Clear();
        var by = answer.IsEmpty ? default : _answeredBy;
        CameraWire.Write(state, default(SavedSession) with
        {
            CommandHead = by.CommandHead,
            CommandBytes = by.CommandBytes,
            CommandChecksum = by.CommandChecksum,
            CapabilityGeneration = session.CapabilityGeneration,
            CapabilityChecksum = session.ChecksumCapabilities(),
            Generation = session.Generation,
            LastGeneration = session.LastGeneration,
            State = session.State switch
            {
                SessionState.Configured => SavedSession.Configured,
                // A STOP that is not answered is not done.
                SessionState.Streaming or SessionState.Stopping => SavedSession.Streaming,
                _ => SavedSession.Idle,
            },
            Role = (uint)session.Role,
            Flags = isWhole ? SavedFlags.None : SavedFlags.Incomplete,
            BufferCount = isWhole ? (uint)buffers.Count : 0,
            ControlsBytes = (uint)packet,
            AnswerBytes = (uint)answer.Length,
            Stream = session.Configuration is { } configuration
                ? StreamWire.Given(configuration, session.Profile, session.Limits)
                : default,
        });
        var rest = state[SavedSession.Bytes..];
        answer.CopyTo(rest);
        rest = rest[CameraWire.Align(answer.Length)..];
        if (!isWhole) return true;
        controls.Write(rest[..packet]);
        buffers.Write(rest[packet..]);
        return true;
    }

    // By its place in the ring and by its words: the driver may reuse the one, and repeat the other, but not both without being answered.
    // A chain may name the same memory many times, and so be far longer than any command that is carried out.
    private SavedSession Identify(DescriptorChain command)
    {
        var bytes = new byte[Math.Min(command.ReadableBytes, session.Options.MaximumCommandBytes)];
        var read = command.Read(0, bytes);
        return default(SavedSession) with
        {
            CommandHead = command.Head,
            CommandBytes = (uint)read,
            CommandChecksum = Crc32C.Compute(bytes.AsSpan(0, read)),
        };
    }
}

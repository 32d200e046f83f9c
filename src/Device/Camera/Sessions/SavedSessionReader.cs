using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// A saved state whose lengths have been checked; nothing else has. It was copied from memory that others can write: after
/// <see cref="TryOpen"/> no access leaves the copy, whatever it says.
/// </summary>
internal sealed class SavedSessionReader
{
    private readonly byte[] _state;
    private readonly int _answer;
    private readonly int _controls;
    private readonly int _buffers;

    private SavedSessionReader(byte[] state, in SavedSession session, int controls, int buffers)
    {
        _state = state;
        Session = session;
        _answer = SavedSession.Bytes;
        _controls = controls;
        _buffers = buffers;
    }

    /// <summary>The part of fixed size.</summary>
    public SavedSession Session { get; }

    /// <summary>The answer to the last command.</summary>
    public ReadOnlySpan<byte> Answer => _state.AsSpan(_answer, (int)Session.AnswerBytes);

    /// <summary>The control packet.</summary>
    public ReadOnlySpan<byte> Controls => _state.AsSpan(_controls, (int)Session.ControlsBytes);

    /// <summary>Checks the lengths.</summary>
    public static bool TryOpen(byte[] state, out SavedSessionReader? reader)
    {
        reader = null;
        if (state.Length < SavedSession.Bytes) return false;
        var session = CameraWire.Read<SavedSession>(state);
        // In 64 bits: all of them are somebody else's.
        var controls = SavedSession.Bytes + ((ulong)session.AnswerBytes + 7 & ~7UL);
        var buffers = controls + session.ControlsBytes;
        var end = buffers;
        for (var i = 0; i < session.BufferCount; i++)
        {
            if (end + SavedBuffer.Bytes > (ulong)state.Length) return false;
            end += SavedBuffer.Bytes + (ulong)CameraWire.Read<SavedBuffer>(state.AsSpan((int)end)).EntryCount * MemoryEntry.Bytes;
        }

        if (end > (ulong)state.Length) return false;
        reader = new SavedSessionReader(state, session, (int)controls, (int)buffers);
        return true;
    }

    /// <summary>Attaches the buffers, each as its BUF_ATTACH did.</summary>
    /// <param name="attach">Is given each buffer with its entries; its status decides whether to go on.</param>
    /// <returns>The first status that is not OK, or OK.</returns>
    public CameraStatus Attach(Func<AttachBufferCommand, byte[], CameraStatus> attach)
    {
        var at = _buffers;
        for (var i = 0; i < Session.BufferCount; i++)
        {
            var buffer = CameraWire.Read<SavedBuffer>(_state.AsSpan(at));
            var bytes = (int)buffer.EntryCount * MemoryEntry.Bytes;
            var command = new AttachBufferCommand(Session.Generation, 0, buffer.BufferId, buffer.EntryCount, buffer.Flags, 0);
            var entries = _state.AsSpan(at + SavedBuffer.Bytes, bytes).ToArray();
            if (attach(command, entries) is not CameraStatus.Ok and var status) return status;
            at += SavedBuffer.Bytes + bytes;
        }

        return CameraStatus.Ok;
    }
}

using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>
/// Answers commands, one after the other, each within the command time-out: the driver gives up after five seconds, and an answer that came
/// later would be written where nobody waits any more. Session thread only. What a command does is in the other files of this class.
/// </summary>
internal sealed partial class MediaCommands
{
    private const int CommandsPerTurn = 16;
    private const int MaximumSessions = 256;

    private readonly MediaContext _context;
    private readonly FormatDesk _formats;
    private readonly BufferDesk _buffers;
    private readonly StreamDesk _stream;
    private readonly ControlDesk _controls;
    private readonly ExtendedControls _extended;
    private readonly EventLine _events;
    private readonly SortedDictionary<uint, OpenSession> _sessions;
    private readonly Queue<DescriptorChain> _waiting = new();
    private readonly List<DescriptorChain> _lost = [];
    private byte[] _input = new byte[1024];
    private DescriptorChain? _chain;
    private OpenSession? _session;
    private MediaIoctl _code;
    private byte[] _payload = new byte[1024];
    private int _payloadBytes;
    private uint _lastSession;
    private Pending _pending;

    public MediaCommands(MediaContext context, FormatDesk formats, BufferDesk buffers, StreamDesk stream, ControlDesk controls,
        EventLine events, SortedDictionary<uint, OpenSession> sessions)
    {
        _context = context;
        _formats = formats;
        _buffers = buffers;
        _stream = stream;
        _controls = controls;
        _extended = new ExtendedControls(controls);
        _events = events;
        _sessions = sessions;
        _buffers.Hide = Hide;
    }

    /// <summary>Whether a command waits for the camera or the driver, so that ticks are wanted.</summary>
    public bool IsWaiting => _pending.Wait != Wait.None;

    /// <summary>Whether there are commands that could be done now.</summary>
    public bool HasMore => !IsWaiting && _waiting.Count > 0;

    /// <summary>A command from the ring.</summary>
    /// <returns>What the guest did that no answer can be given to; null if all is well.</returns>
    public string? Take(DescriptorChain chain)
    {
        if (chain.WasInFlight)
        {
            // An earlier life of the device had taken it. Its waiter may have given up long ago, and an answer would be written into what
            // was its stack. It waits five seconds at most, answer or not.
            _lost.Add(chain);
            return null;
        }

        _waiting.Enqueue(chain);
        return Work();
    }

    /// <summary>Goes on with the commands that wait.</summary>
    /// <returns>As of <see cref="Take"/>.</returns>
    public string? Work()
    {
        string? violation = null;
        for (var i = 0; i < CommandsPerTurn && violation is null && !IsWaiting && _waiting.TryDequeue(out _chain); i++) violation = Execute();
        return violation;
    }

    /// <summary>The queue stops: every command goes back.</summary>
    public void GiveBack()
    {
        if (IsWaiting) GiveUp(MediaStatus.Io);
        while (_waiting.TryDequeue(out _chain))
        {
            if (_chain.WritableBytes >= MediaResponseHeader.Bytes) Answer(MediaStatus.Io);
            else Return(0);
        }

        foreach (var chain in _lost) chain.Queue.Complete(chain, 0);
        _lost.Clear();
    }

    private string? Execute()
    {
        var chain = _chain!;
        _payloadBytes = 0;
        _session = null;

        // Copied whole before anything is judged or written: what is read and what is answered may be the same memory of the guest's.
        var length = Math.Min(chain.ReadableBytes, _context.Options.MaximumCommandBytes);
        if (_input.Length < length) _input = new byte[_context.Options.MaximumCommandBytes];
        var input = _input.AsSpan(0, chain.Read(0, _input.AsSpan(0, length)));
        var command = CameraWire.Read<MediaCommandHeader>(input).Command;
        if (input.Length >= MediaCommandHeader.Bytes && command == MediaCommand.Close)
        {
            Close(input);
            return null;
        }

        if (chain.WritableBytes < MediaResponseHeader.Bytes)
        {
            Return(0);
            return $"command queue: a chain with {chain.WritableBytes} writable bytes has no room for a response; "
                + $"it needs at least {MediaResponseHeader.Bytes}";
        }

        if (chain.ReadableBytes > _context.Options.MaximumCommandBytes)
        {
            Answer(MediaStatus.NoMemory);
            return null;
        }

        switch (command)
        {
            case MediaCommand.Open: Open(); break;
            case MediaCommand.Ioctl: Ioctl(input); break;
            case MediaCommand.Mmap: Mmap(input); break;
            case MediaCommand.Munmap: Munmap(input); break;
            default: Answer(MediaStatus.NoIoctl); break;
        }

        return null;
    }

    private void Open()
    {
        if (_sessions.Count >= MaximumSessions)
        {
            Answer(MediaStatus.TooManyFiles);
            return;
        }

        while (++_lastSession == 0 || _sessions.ContainsKey(_lastSession))
        {
        }

        if (!TryReserve(MediaOpenResponse.Bytes)) return;
        var session = new OpenSession(_lastSession);
        _sessions.Add(session.Id, session);
        Span<byte> answer = stackalloc byte[MediaOpenResponse.Bytes];
        CameraWire.Write(answer, new MediaOpenResponse(new MediaResponseHeader(MediaStatus.Ok), session.Id));
        Return(_chain!.Write(0, answer));
    }

    private void Close(ReadOnlySpan<byte> input)
    {
        if (input.Length < MediaCloseCommand.Bytes || !_sessions.TryGetValue(CameraWire.Read<MediaCloseCommand>(input).SessionId, out _session))
        {
            Return(0);
            return;
        }

        if (_buffers.Owner == _session) Drain(Wait.Closing);
        else Closed();
    }

    private void Closed()
    {
        _controls.Unsubscribe(_session!);
        _sessions.Remove(_session!.Id);
        Return(0);
    }

    private void Ioctl(ReadOnlySpan<byte> input)
    {
        var command = CameraWire.Read<MediaIoctlCommand>(input);
        if (input.Length < MediaIoctlCommand.Bytes || !_sessions.TryGetValue(command.SessionId, out _session))
        {
            Answer(MediaStatus.Invalid);
            return;
        }

        _code = command.Code;
        if (!IoctlShape.TryGet(_code, out var shape))
        {
            Answer(MediaStatus.NoIoctl);
            return;
        }

        var rest = input[MediaIoctlCommand.Bytes..];
        var bytes = shape.Bytes;
        if (_code is MediaIoctl.GetExtendedControls or MediaIoctl.SetExtendedControls or MediaIoctl.TryExtendedControls)
        {
            bytes = ExtendedControls.Measure(rest);
        }

        if (bytes == 0 || (shape.IsRead && rest.Length < bytes)
            || (shape.IsWritten && _chain!.WritableBytes < MediaResponseHeader.Bytes + bytes))
        {
            Answer(MediaStatus.Invalid);
            return;
        }

        if (_payload.Length < bytes) _payload = new byte[bytes];
        var payload = _payload.AsSpan(0, bytes);
        payload.Clear();
        if (shape.IsRead)
        {
            rest[..bytes].CopyTo(payload);
            rest = rest[bytes..];
        }

        _payloadBytes = shape.IsWritten ? bytes : 0;
        Dispatch(payload, rest);
    }

    private bool TryReserve(int bytes)
    {
        if (_chain!.WritableBytes >= bytes) return true;
        Answer(MediaStatus.Invalid);
        return false;
    }

    // The payload goes along on success; on failure only where it says which control was wrong.
    private void Answer(MediaStatus status)
    {
        _pending = default;
        var withPayload = status == MediaStatus.Ok
            || _code is MediaIoctl.GetExtendedControls or MediaIoctl.SetExtendedControls or MediaIoctl.TryExtendedControls;
        var payload = withPayload ? _payloadBytes : 0;
        Span<byte> header = stackalloc byte[MediaResponseHeader.Bytes];
        CameraWire.Write(header, new MediaResponseHeader(status));
        var written = _chain!.Write(0, header);
        if (payload > 0) written += _chain.Write(MediaResponseHeader.Bytes, _payload.AsSpan(0, payload));
        Return(written);
    }

    private void Return(int written)
    {
        var chain = _chain!;
        _chain = null;
        _session = null;
        _pending = default;
        _payloadBytes = 0;
        _code = default;
        _context.Counters.CountCommand();
        chain.Queue.Complete(chain, written);
    }
}

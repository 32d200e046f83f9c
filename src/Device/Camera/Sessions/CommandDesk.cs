using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// Answers commands, one after the other. A command that needs the camera waits for it with a time limit, and those behind it wait in
/// order; nothing blocks. Session thread only.
/// Split by verb: what a command does is in the other files of this class.
/// </summary>
internal sealed partial class CommandDesk
{
    // What a guest has put into its ring at once is not done at once: a host that serves other guests too has its turn in between.
    private const int CommandsPerTurn = 16;
    private readonly SessionContext _session;
    private readonly BufferRegistry _buffers;
    private readonly RequestDesk _requests;
    private readonly ControlDesk _controls;
    private readonly EventDesk _events;
    private readonly SessionKeeper _keeper;
    private readonly Queue<DescriptorChain> _waiting = new();
    private byte[] _command = new byte[512];
    private byte[] _answer = new byte[512];
    private DescriptorChain? _chain;
    private CommandHeader _header;
    private Pending _pending;

    public CommandDesk(
        SessionContext session, BufferRegistry buffers, RequestDesk requests, ControlDesk controls, EventDesk events, SessionKeeper keeper)
    {
        _session = session;
        _buffers = buffers;
        _requests = requests;
        _controls = controls;
        _events = events;
        _keeper = keeper;
    }

    /// <summary>What the command at hand waits for.</summary>
    private enum Wait
    {
        None,
        Configured,
        Started,
        Stopped,
        Flushed,
        ControlsSet,
        OwnerAcquired,
        OwnerReleased,
        PoolMapped,
    }

    /// <summary>Whether something waits, so that ticks are wanted.</summary>
    public bool IsWaiting => _pending.Wait != Wait.None;

    /// <summary>Whether there are commands that could be done now, so that <see cref="Resume"/> is wanted.</summary>
    public bool HasMore => !IsWaiting && !_session.IsRestoring && _waiting.Count > 0;

    /// <summary>Bytes for the reply behind the response header.</summary>
    private int Room => _chain!.WritableBytes - ResponseHeader.Bytes;

    /// <summary>A command from the ring.</summary>
    /// <returns>What the guest did that no answer can be given to; null if all is well.</returns>
    public string? Take(DescriptorChain chain)
    {
        if (chain.WritableBytes < ResponseHeader.Bytes)
        {
            return $"control queue: a chain with {chain.WritableBytes} writable bytes has no room for a response; "
                + $"it needs at least {ResponseHeader.Bytes}";
        }

        _waiting.Enqueue(chain);
        Work();
        return null;
    }

    /// <summary>Gives up the command at hand if its time is over.</summary>
    public void Expire()
    {
        Settle();
        if (!IsWaiting || _session.Clock.Now < _pending.Deadline) return;
        GiveUp(CameraStatus.Timeout);
        Work();
    }

    /// <summary>A request has gone back to the driver: STOP and FLUSH may have waited for it.</summary>
    public void Settle()
    {
        if (_pending.Wait is not (Wait.Stopped or Wait.Flushed)) return;
        TryFinishDraining();
        Work();
    }

    /// <summary>The queue stops: every command goes back, cancelled unless an earlier life of the device had carried it out.</summary>
    public void GiveBack()
    {
        if (IsWaiting) GiveUp(CameraStatus.Cancelled);
        while (_waiting.TryDequeue(out _chain))
        {
            if (_chain.WasInFlight && _keeper.AnswerTo(_chain) is { } answer)
            {
                Return(answer);
                continue;
            }

            ReadHeader();
            Answer(CameraStatus.Cancelled);
        }
    }

    /// <summary>Goes on with the commands that wait.</summary>
    public void Resume() => Work();

    private void Work()
    {
        for (var i = 0; i < CommandsPerTurn && !IsWaiting && !_session.IsRestoring && _waiting.TryDequeue(out _chain); i++) Execute();
    }

    private void Execute()
    {
        // An earlier life of the device had taken it: either it was carried out, and the answer is known, or it never was.
        if (_chain!.WasInFlight && _keeper.AnswerTo(_chain) is { } answer)
        {
            Return(answer);
            return;
        }

        if (ReadHeader() < CommandHeader.Bytes || _header.Length < CommandHeader.Bytes || _header.Length > (uint)_chain!.ReadableBytes)
        {
            Answer(CameraStatus.Invalid);
            return;
        }

        if (_header.Version != CameraWire.HeaderVersion)
        {
            Answer(CameraStatus.Unsupported);
            return;
        }

        if (_header.Length > (uint)_session.Options.MaximumCommandBytes)
        {
            Answer(CameraStatus.NoMemory);
            return;
        }

        var length = (int)_header.Length - CommandHeader.Bytes;
        if (_command.Length < length) _command = new byte[_session.Options.MaximumCommandBytes];
        var body = _command.AsSpan(0, length);
        if (_chain.Read(CommandHeader.Bytes, body) < length) Answer(CameraStatus.Invalid);
        else Dispatch(body);
    }

    private int ReadHeader()
    {
        Span<byte> bytes = stackalloc byte[CommandHeader.Bytes];
        var read = _chain!.Read(0, bytes);
        _header = CameraWire.Read<CommandHeader>(bytes[..read]);
        return read;
    }

    private void Dispatch(ReadOnlySpan<byte> body)
    {
        switch (_header.Type)
        {
            case CameraCommand.GetCapabilities: GetCapabilities(body); break;
            case CameraCommand.Try: Configure(body, isTry: true); break;
            case CameraCommand.Configure: Configure(body, isTry: false); break;
            case CameraCommand.Release: Release(); break;
            case CameraCommand.AttachBuffer: AttachBuffer(body); break;
            case CameraCommand.DetachBuffer: DetachBuffer(body); break;
            case CameraCommand.Start: Start(body); break;
            case CameraCommand.Stop: Stop(body); break;
            case CameraCommand.Flush: Flush(body); break;
            case CameraCommand.SetControls: SetControls(body); break;
            case CameraCommand.GetControls: GetControls(body); break;
            case CameraCommand.AcquireOwner: AcquireOwner(body); break;
            case CameraCommand.ReleaseOwner: ReleaseOwner(body); break;
            case CameraCommand.ClockSample: ClockSample(); break;
            case CameraCommand.MapPool: MapPool(body); break;
            case CameraCommand.ReturnSlot: ReturnSlot(body); break;
            default: Answer(CameraStatus.Unsupported); break;
        }
    }

    /// <summary>Room for a reply of so many bytes, to be filled before <see cref="Answer(CameraStatus, int)"/>.</summary>
    private Span<byte> Reply(int bytes)
    {
        if (_answer.Length < ResponseHeader.Bytes + bytes) _answer = new byte[ResponseHeader.Bytes + bytes];
        return _answer.AsSpan(ResponseHeader.Bytes, bytes);
    }

    private void Answer(CameraStatus status, int replyBytes = 0)
    {
        var length = ResponseHeader.Bytes + replyBytes;
        CameraWire.Write(_answer, new ResponseHeader(status, (uint)length, _header.Tag));
        _pending = default;
        _keeper.Keep(_chain, _answer.AsSpan(0, length));
        Return(_answer.AsSpan(0, length));
    }

    private void Return(ReadOnlySpan<byte> answer)
    {
        var chain = _chain!;
        _chain = null;
        _session.Counters.CountCommand();
        chain.Queue.Complete(chain, chain.Write(0, answer));
    }

    /// <summary>The command at hand waits from now on.</summary>
    private ulong Await(Wait what)
    {
        var ticket = _session.NextTicket();
        _pending = new Pending(what, ticket, _session.Clock.Now + _session.Options.CommandTimeout.Ticks * TimeSpan.NanosecondsPerTick);
        return ticket;
    }

    private bool IsAnswerTo(ulong ticket, Wait what) => _pending.Wait == what && _pending.Ticket == ticket;

    private readonly record struct Pending(Wait Wait, ulong Ticket, long Deadline)
    {
        /// <summary>The camera has answered.</summary>
        public bool IsAnswered { get; init; }

        public CameraStatus Status { get; init; }

        /// <summary>Requests up to this one must be back with the driver.</summary>
        public ulong LastRequestId { get; init; }
    }
}

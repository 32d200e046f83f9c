using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Guest.Virtqueues;

namespace CameraFabric.Guest.Media;

/// <content>Commands: one at a time, in memory that stays the same from command to command, as that of a driver's session does.</content>
public sealed partial class MediaDriver
{
    private const int PartBytes = 4096;
    private const int PayloadBytes = 16 * 1024;
    private const int HighestErrno = 4095;

    private readonly Lock _commandOrder = new();
    private readonly Lock _commandGate = new();
    private readonly SemaphoreSlim _answered = new(0);
    private ulong _command;
    private ulong _response;
    private ulong _payload;
    private ulong _shadow;
    private DriverQueue _commands = null!;
    private bool _waiting;
    private int _written;

    /// <summary>Opens the device node.</summary>
    /// <param name="session">The new session if this returns 0.</param>
    /// <returns>0 or a Linux errno.</returns>
    /// <exception cref="MediaDriverException">The connection has ended, or the command was not answered.</exception>
    public int Open(out MediaSession? session)
    {
        session = null;
        lock (_commandOrder)
        {
            Put(_command, new MediaCommandHeader(MediaCommand.Open));
            var chain = new Chain(_options).Out(_command, MediaCommandHeader.Bytes).In(_response, MediaOpenResponse.Bytes);
            var status = Execute("OPEN", chain, MediaOpenResponse.Bytes);
            if (status != 0) return status;
            var id = Get<MediaOpenResponse>(_response).SessionId;
            session = new MediaSession(this, id);
            lock (_sessionGate)
            {
                if (!_sessions.TryAdd(id, session)) Violated($"OPEN gave session {id}, which is open already");
            }

            return 0;
        }
    }

    /// <summary>Maps a buffer of the device into region 0.</summary>
    /// <param name="session">The session.</param>
    /// <param name="offset">What QUERYBUF told.</param>
    /// <param name="writable">Whether for writing, too.</param>
    /// <param name="mapping">Where, if this returns 0.</param>
    /// <returns>0 or a Linux errno.</returns>
    /// <exception cref="MediaDriverException">The connection has ended, or the command was not answered.</exception>
    public int Map(uint session, uint offset, bool writable, out MediaMmapResponse mapping)
    {
        lock (_commandOrder)
        {
            Put(_command, new MediaMmapCommand(new MediaCommandHeader(MediaCommand.Mmap), session,
                writable ? MediaMmapFlags.ReadWrite : MediaMmapFlags.None, offset));
            var chain = new Chain(_options).Out(_command, MediaMmapCommand.Bytes).In(_response, MediaMmapResponse.Bytes);
            var status = Execute("MMAP", chain, MediaMmapResponse.Bytes);
            mapping = status == 0 ? Get<MediaMmapResponse>(_response) : default;
            return status;
        }
    }

    /// <summary>Gives a mapping back.</summary>
    /// <returns>0 or a Linux errno.</returns>
    /// <exception cref="MediaDriverException">The connection has ended, or the command was not answered.</exception>
    public int Unmap(ulong driverAddress)
    {
        lock (_commandOrder)
        {
            Put(_command, new MediaMunmapCommand(new MediaCommandHeader(MediaCommand.Munmap), driverAddress));
            var chain = new Chain(_options).Out(_command, MediaMunmapCommand.Bytes).In(_response, MediaResponseHeader.Bytes);
            return Execute("MUNMAP", chain, MediaResponseHeader.Bytes);
        }
    }

    /// <summary>Runs any chain of bytes as a command: for tests of what no driver would send.</summary>
    /// <param name="readable">What the device reads.</param>
    /// <param name="room">Bytes it may write; 0 for none.</param>
    /// <param name="answer">What it wrote.</param>
    /// <exception cref="MediaDriverException">The connection has ended, or the command was not answered.</exception>
    public void ExecuteRaw(ReadOnlySpan<byte> readable, int room, out byte[] answer)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(readable.Length, PayloadBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(room, PayloadBytes);
        lock (_commandOrder)
        {
            var chain = new Chain(_options);
            if (!readable.IsEmpty)
            {
                readable.CopyTo(Ram.Write(_payload, readable.Length));
                chain.Out(_payload, readable.Length);
            }

            if (room > 0) chain.In(_shadow, room);
            Send("raw command", chain);
            answer = Ram.Read(_shadow, _written).ToArray();
        }
    }

    /// <summary>Runs an ioctl.</summary>
    /// <param name="session">The session.</param>
    /// <param name="code">Its number: the second argument of the <c>_IO</c> macros.</param>
    /// <param name="direction">Which way the payload goes. Both ways: the same guest memory for out and in, as Linux does it.</param>
    /// <param name="payload">The payload; on return what the guest's memory holds then.</param>
    /// <param name="secondPart">How many bytes at its end are a part of their own (planes, controls).</param>
    /// <param name="pointedTo">Entries of guest memory that pointers in the payload stand for; for the device to read alone.</param>
    /// <returns>0 or a Linux errno.</returns>
    /// <exception cref="MediaDriverException">The connection has ended, or the command was not answered.</exception>
    internal int Ioctl(uint session, MediaIoctl code, IoctlDirection direction, Span<byte> payload, int secondPart = 0,
        ReadOnlySpan<MediaSgEntry> pointedTo = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, PayloadBytes);
        var first = payload.Length - secondPart;
        lock (_commandOrder)
        {
            Put(_command, new MediaIoctlCommand(new MediaCommandHeader(MediaCommand.Ioctl), session, code));
            payload.CopyTo(Ram.Write(_payload, payload.Length));
            var chain = new Chain(_options).Out(_command, MediaIoctlCommand.Bytes);
            if (direction.HasFlag(IoctlDirection.Write)) chain.Out(_payload, first).Out(_payload + (ulong)first, secondPart);
            if (!pointedTo.IsEmpty)
            {
                var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(pointedTo);
                ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, PayloadBytes, nameof(pointedTo));
                bytes.CopyTo(Ram.Write(_shadow, bytes.Length));
                chain.Out(_shadow, bytes.Length);
            }

            chain.In(_response, MediaResponseHeader.Bytes);
            var least = MediaResponseHeader.Bytes;
            if (direction.HasFlag(IoctlDirection.Read))
            {
                chain.In(_payload, first).In(_payload + (ulong)first, secondPart);
                least += first;
            }

            var status = Execute($"ioctl {code}", chain, least);
            if (direction.HasFlag(IoctlDirection.Read)) Ram.Read(_payload, payload.Length).CopyTo(payload);
            return status;
        }
    }

    /// <summary>Closes a session. The command has no answer but that its chain comes back.</summary>
    internal void Close(MediaSession session)
    {
        lock (_commandOrder)
        {
            Put(_command, new MediaCloseCommand(new MediaCommandHeader(MediaCommand.Close), session.Id));
            Send("CLOSE", new Chain(_options).Out(_command, MediaCloseCommand.Bytes));
            if (_written != 0) Violated($"CLOSE: {_written} bytes written where none can be");
            lock (_sessionGate) _sessions.Remove(session.Id);
        }
    }

    private void PrepareCommands()
    {
        _commands = _transport.Queue(MediaWire.CommandQueue);
        _command = Ram.Allocate(PartBytes);
        _response = Ram.Allocate(PartBytes);
        _payload = Ram.Allocate(PayloadBytes);
        _shadow = Ram.Allocate(PayloadBytes);
    }

    /// <summary>Sends a command that has an answer; returns its status, checked to be one.</summary>
    private int Execute(string what, Chain chain, int least)
    {
        Send(what, chain);
        if (_written < MediaResponseHeader.Bytes)
            throw Broken($"{what}: an answer of {_written} bytes; its header alone has {MediaResponseHeader.Bytes}");
        var status = (uint)Get<MediaResponseHeader>(_response).Status;
        if (status > HighestErrno) throw Broken($"{what}: status {status}, which is no errno");
        if (status == 0 && _written < least) throw Broken($"{what}: an answer of {_written} bytes; a Linux driver wants {least} or more");
        return (int)status;
    }

    private void Send(string what, Chain chain)
    {
        if (_transport.IsCallThread) throw new InvalidOperationException($"{what} from a listener: its answer would arrive on this thread");
        bool kick;
        lock (_commandGate)
        {
            ThrowIfGone();
            if (!_commands.TryAdd(chain.Readable, chain.Writable, 0)) throw Broken($"{what}: the ring has no room for the chain");
            _waiting = true;
            kick = _commands.Publish();
        }

        if (kick) _transport.Kick(MediaWire.CommandQueue);
        if (!_answered.Wait(_options.CommandTimeout))
            throw Broken($"{what}: no answer within {_options.CommandTimeout.TotalSeconds:0.###} s");
        lock (_commandGate)
        {
            if (_waiting) throw new MediaDriverException($"{what}: the connection ended before the answer: {_failure}");
        }
    }

    private MediaDriverException Broken(string what)
    {
        Violated(what);
        Fail(what);
        return new MediaDriverException(what);
    }

    private void ReclaimCommand()
    {
        lock (_commandGate)
        {
            do
            {
                while (_failure is null && _commands.TryReclaim(out var used))
                {
                    _written = used.Written;
                    _waiting = false;
                    _answered.Release();
                }
            }
            while (_failure is null && _commands.EnableCalls());
        }
    }

    private void Put<T>(ulong address, in T value)
        where T : unmanaged => CameraWire.Write(Ram.Write(address, System.Runtime.CompilerServices.Unsafe.SizeOf<T>()), value);

    private T Get<T>(ulong address)
        where T : unmanaged => CameraWire.Read<T>(Ram.Read(address, System.Runtime.CompilerServices.Unsafe.SizeOf<T>()));
}

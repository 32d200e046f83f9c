using System.Collections.Immutable;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Virtqueues;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Guest.Camera;

/// <content>Commands: the control queue.</content>
public sealed partial class CameraDriver
{
    private readonly Lock _commandOrder = new();
    private readonly Lock _controlGate = new();
    private readonly CommandSlots _commands;
    private readonly byte[] _body = new byte[CommandSlots.Bytes - CommandHeader.Bytes];
    private readonly byte[] _answer = new byte[CommandSlots.Bytes];
    private readonly ReportedControl[] _answerControls = new ReportedControl[CameraWire.MaximumPacketItems];
    private ulong _lastTag;

    /// <summary>Begins streaming (START). Controls of any scope may be given: they are in force from the first frame.</summary>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public void Start(ReadOnlySpan<ControlEntry> controls = default)
    {
        lock (_commandOrder)
        {
            var packet = ControlPackets.Write(_body.AsSpan(StartCommand.Bytes), controls);
            if (packet < 0) throw new ArgumentException($"{controls.Length} controls do not fit into one command", nameof(controls));
            CameraWire.Write(_body, new StartCommand(Stream.Generation, 0, (uint)packet, 0));
            Execute(CameraCommand.Start, StartCommand.Bytes + packet, 0);
        }
    }

    /// <summary>Ends streaming (STOP). When it returns every request has ended; some may still be on their way to the listener.</summary>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public void Stop() => ExecuteForGeneration(CameraCommand.Stop);

    /// <summary>Ends every request with CANCELLED; streaming goes on (FLUSH).</summary>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public void Flush() => ExecuteForGeneration(CameraCommand.Flush);

    /// <summary>Sets controls of global scope (SET_CONTROLS).</summary>
    /// <param name="controls">What to set.</param>
    /// <param name="strict">All exactly as asked, or none.</param>
    /// <returns>What became of each.</returns>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public ImmutableArray<ReportedControl> SetControls(ReadOnlySpan<ControlEntry> controls, bool strict = false)
    {
        lock (_commandOrder)
        {
            var packet = ControlPackets.Write(_body.AsSpan(ControlsCommand.Bytes), controls);
            if (packet < 0) throw new ArgumentException($"{controls.Length} controls do not fit into one command", nameof(controls));
            return ExecuteControls(CameraCommand.SetControls, strict ? SetControlsFlags.Strict : SetControlsFlags.None, packet);
        }
    }

    /// <summary>Reads controls of global scope (GET_CONTROLS); all of them when no id is given.</summary>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public ImmutableArray<ReportedControl> GetControls(params ReadOnlySpan<uint> ids)
    {
        lock (_commandOrder)
        {
            var packet = ControlPackets.WriteIds(_body.AsSpan(ControlsCommand.Bytes), ids);
            if (packet < 0) throw new ArgumentException($"{ids.Length} controls do not fit into one command", nameof(ids));
            return ExecuteControls(CameraCommand.GetControls, SetControlsFlags.None, packet);
        }
    }

    /// <summary>Asks to become the camera's owner (ACQUIRE_OWNER).</summary>
    /// <param name="force">Take it from the present owner, if the host's rules allow that.</param>
    /// <exception cref="CameraDriverException">Refused (BUSY, DENIED), timed out, broken or gone.</exception>
    public void AcquireOwner(bool force = false) =>
        ExecuteOwner(CameraCommand.AcquireOwner, force ? AcquireFlags.Force : AcquireFlags.None);

    /// <summary>Gives the ownership up (RELEASE_OWNER).</summary>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public void ReleaseOwner() => ExecuteOwner(CameraCommand.ReleaseOwner, AcquireFlags.None);

    /// <summary>Reads the device's clock (CLOCK_SAMPLE).</summary>
    /// <exception cref="CameraDriverException">Refused, timed out, broken or gone.</exception>
    public ClockSample SampleClock()
    {
        lock (_commandOrder)
        {
            var before = _clock.Now;
            var reply = CameraWire.Read<ClockSampleReply>(Execute(CameraCommand.ClockSample, 0, ClockSampleReply.Bytes));
            return new ClockSample(before, (long)reply.DeviceNanoseconds, _clock.Now, reply.ClockId);
        }
    }

    private void ExecuteForGeneration(CameraCommand command)
    {
        lock (_commandOrder)
        {
            CameraWire.Write(_body, new GenerationCommand(Stream.Generation, 0));
            Execute(command, GenerationCommand.Bytes, 0);
        }
    }

    private void ExecuteOwner(CameraCommand command, AcquireFlags flags)
    {
        lock (_commandOrder)
        {
            CameraWire.Write(_body, new OwnerCommand(flags, 0));
            Execute(command, OwnerCommand.Bytes, 0);
        }
    }

    private ImmutableArray<ReportedControl> ExecuteControls(CameraCommand command, SetControlsFlags flags, int packet)
    {
        CameraWire.Write(_body, new ControlsCommand(flags, (uint)packet));
        var reply = Execute(command, ControlsCommand.Bytes + packet, 0);
        if (!ControlPackets.TryRead(reply, _answerControls, out var count, out var error))
            throw new CameraDriverException(CameraFailure.Violation, $"{command}: {error}");
        return [.. _answerControls.AsSpan(0, count)];
    }

    /// <summary>
    /// Sends the command whose body is in <see cref="_body"/> and waits for its answer. The caller holds <see cref="_commandOrder"/>.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="bodyBytes">Bytes of the body.</param>
    /// <param name="least">Fewest bytes that the answer has behind its header, when it is OK.</param>
    /// <returns>What stands behind the answer's header; valid until the next command.</returns>
    private ReadOnlySpan<byte> Execute(CameraCommand command, int bodyBytes, int least)
    {
        if (_transport.IsCallThread)
            throw new InvalidOperationException($"{command} called by a listener: its answer would arrive on the thread that waits for it");
        var tag = ++_lastTag;
        var slot = Send(command, bodyBytes, tag);
        if (!slot.Arrived.Wait(_options.CommandTimeout)) GiveUp(slot, command);

        int written;
        lock (_controlGate)
        {
            slot.Busy = false;
            if (!slot.Answered)
                throw new CameraDriverException(CameraFailure.Disconnected,
                    $"{command}: the connection ended before the answer: {_failure}");
            written = Math.Min(slot.Written, _answer.Length);
            _ram.Read(slot.Response, written).CopyTo(_answer);
        }

        if (written < ResponseHeader.Bytes)
            throw Broken(command, $"an answer of {written} bytes; its header alone has {ResponseHeader.Bytes}");
        var header = CameraWire.Read<ResponseHeader>(_answer);
        if (header.Tag != tag) throw Broken(command, $"an answer with tag {header.Tag} to the command with tag {tag}");
        if (header.Length < ResponseHeader.Bytes || header.Length > (uint)written)
            throw Broken(command, $"an answer that claims {header.Length} bytes, with {written} bytes written");
        if (header.Status != CameraStatus.Ok) throw new CameraDriverException(command, header.Status);
        var body = _answer.AsSpan(ResponseHeader.Bytes, (int)header.Length - ResponseHeader.Bytes);
        if (body.Length < least) throw Broken(command, $"an answer with {body.Length} bytes behind its header; it has at least {least}");
        return body;
    }

    private CommandSlot Send(CameraCommand command, int bodyBytes, ulong tag)
    {
        bool kick;
        CommandSlot slot;
        lock (_controlGate)
        {
            ThrowIfGone();
            slot = _commands.TryRent()
                ?? throw new CameraDriverException(CameraFailure.TimedOut,
                    $"{command}: the device has not yet answered the commands before, which timed out");
            var total = CommandHeader.Bytes + bodyBytes;
            var target = _ram.Write(slot.Command, total);
            CameraWire.Write(target, new CommandHeader(command, CameraWire.HeaderVersion, (uint)total, tag));
            _body.AsSpan(0, bodyBytes).CopyTo(target[CommandHeader.Bytes..]);
            ReadOnlySpan<GuestSegment> readable =
                [new(slot.Command, CommandHeader.Bytes), new(slot.Command + CommandHeader.Bytes, Math.Max(bodyBytes, 1))];
            ReadOnlySpan<GuestSegment> writable =
            [
                new(slot.Response, ResponseHeader.Bytes),
                new(slot.Response + ResponseHeader.Bytes, CommandSlots.Bytes - ResponseHeader.Bytes),
            ];
            if (!_control.TryAdd(bodyBytes == 0 ? readable[..1] : readable, writable, slot.Index))
            {
                slot.Busy = false;
                throw new CameraDriverException(CameraFailure.TimedOut,
                    $"{command}: the control queue is full of commands that the device has not answered");
            }

            kick = _control.Publish();
        }

        if (kick) Kick(CameraWire.ControlQueue);
        return slot;
    }

    private void GiveUp(CommandSlot slot, CameraCommand command)
    {
        lock (_controlGate)
        {
            // The answer may have come between the time-out and this lock; then its signal is there to be taken.
            if (slot.Arrived.Wait(TimeSpan.Zero)) return;
            slot.Abandoned = true;
        }

        throw new CameraDriverException(CameraFailure.TimedOut,
            $"{command}: no answer within {_options.CommandTimeout.TotalSeconds:0.###} s");
    }

    private void ReclaimCommands()
    {
        lock (_controlGate)
        {
            do
            {
                while (_failure is null && _control.TryReclaim(out var used))
                {
                    var slot = _commands[used.Token];
                    slot.Written = used.Written;
                    slot.Answered = true;
                    if (slot.Abandoned) slot.Busy = false;
                    else slot.Arrived.Release();
                }
            }
            while (_failure is null && _control.EnableCalls());
        }
    }

    private static CameraDriverException Broken(CameraCommand command, string what) =>
        new(CameraFailure.Violation, $"{command}: the device gave {what}");
}

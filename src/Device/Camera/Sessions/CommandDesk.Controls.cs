using CameraFabric.Device.Camera.Wire;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>SET_CONTROLS, GET_CONTROLS, CLOCK_SAMPLE.</summary>
internal sealed partial class CommandDesk
{
    // The controls of the SET_CONTROLS or START at hand.
    private ExaminedControls _setting = ExaminedControls.None;

    /// <summary>The camera has taken the controls, or not.</summary>
    public void ControlsSet(ulong ticket, CameraStatus status)
    {
        if (!IsAnswerTo(ticket, Wait.ControlsSet)) return;
        if (status == CameraStatus.Ok)
        {
            _controls.Remember(_setting.Effective.AsSpan());
            AnswerSetting();
        }
        else
        {
            Answer(status);
        }

        _setting = ExaminedControls.None;
        Work();
    }

    private void SetControls(ReadOnlySpan<byte> body)
    {
        if (!TryReadPacket(body, out var command, out var packet))
        {
            Answer(CameraStatus.Invalid);
            return;
        }

        if (!_session.Steers)
        {
            Answer(CameraStatus.NotOwner);
            return;
        }

        // What can be set only while stopped is a matter of CONFIGURE and START; between them this is the place for it.
        var status = _session.State == SessionState.Streaming
            ? _controls.Examine(packet, static scope => scope == ControlScope.Global, IsStrict(command), out _setting)
            : _controls.Examine(packet, static scope => scope != ControlScope.Frame, IsStrict(command), out _setting);
        if (status == CameraStatus.Ok && Measure(_setting) > Room) status = CameraStatus.Invalid;
        if (status != CameraStatus.Ok) Answer(status);
        else if (_setting.Effective.IsEmpty) AnswerSetting();
        else if (!_session.SourcePresent) Answer(CameraStatus.NoSource);
        else _session.Host.SetGlobalControls(Await(Wait.ControlsSet), _setting.Effective);
    }

    private void GetControls(ReadOnlySpan<byte> body)
    {
        if (!TryReadPacket(body, out _, out var packet)
            || !ControlPacketReader.TryOpen(packet, RequestLimits.MaximumItems, out var asked, out _))
        {
            Answer(CameraStatus.Invalid);
            return;
        }

        var room = Room;
        var count = asked.Count > 0 ? asked.Count : CountGlobals();
        var reply = Reply(Math.Max(0, Math.Min(room, ControlPacketWriter.Measure(count, count * ControlValue.MaximumBytes))));
        var writer = new ControlPacketWriter(reply, count);
        var fits = true;
        if (asked.Count == 0)
        {
            foreach (var control in _session.Profile.Controls) fits &= control.Scope == ControlScope.Frame || TryAdd(ref writer, control);
        }
        else
        {
            for (var i = 0; i < asked.Count; i++)
            {
                var item = asked.Read(i, out _);
                fits &= _session.Profile.Find(item.Id) is { Scope: not ControlScope.Frame } control
                    ? TryAdd(ref writer, control)
                    : writer.TryAdd(item.Id, 0, 0, default, ItemFlags.Ignored);
            }
        }

        var length = writer.Finish();
        if (fits && length > 0) Answer(CameraStatus.Ok, length);
        else Answer(CameraStatus.Invalid);
    }

    private void ClockSample()
    {
        if (Room < ClockSampleReply.Bytes)
        {
            Answer(CameraStatus.Invalid);
            return;
        }

        CameraWire.Write(Reply(ClockSampleReply.Bytes), new ClockSampleReply((ulong)_session.Clock.Now, ClockSampleReply.HostMonotonic, 0));
        Answer(CameraStatus.Ok, ClockSampleReply.Bytes);
    }

    private bool TryAdd(ref ControlPacketWriter writer, ControlInfo control)
    {
        var value = _controls.ValueOf(control);
        return writer.TryAdd(control.Id, (byte)value.Type, (ushort)value.Count, value.Bytes);
    }

    private int CountGlobals()
    {
        var count = 0;
        foreach (var control in _session.Profile.Controls) count += control.Scope == ControlScope.Frame ? 0 : 1;
        return count;
    }

    private void AnswerSetting()
    {
        var reply = Reply(Measure(_setting));
        var writer = new ControlPacketWriter(reply, _setting.All.Length);
        foreach (var entry in _setting.All)
        {
            var flags = (ItemFlags)entry.Flags;
            var isIgnored = (flags & ItemFlags.Ignored) != 0;
            var delay = isIgnored ? 0u : (uint)(_session.Profile.Find(entry.Id)?.DelayFrames ?? 0);
            var type = (byte)entry.Value.Type;
            if (isIgnored) writer.TryAdd(entry.Id, type, 0, default, flags);
            else writer.TryAdd(entry.Id, type, (ushort)entry.Value.Count, entry.Value.Bytes, flags | ItemFlags.Applied, delay);
        }

        Answer(CameraStatus.Ok, writer.Finish());
    }

    private static int Measure(in ExaminedControls examined)
    {
        var values = 0;
        foreach (var entry in examined.All) values += CameraWire.Align(entry.Value.ByteCount);
        return ControlPacketWriter.Measure(examined.All.Length, values);
    }

    private static bool IsStrict(in ControlsCommand command) => (command.Flags & SetControlsFlags.Strict) != 0;

    private static bool TryReadPacket(ReadOnlySpan<byte> body, out ControlsCommand command, out ReadOnlySpan<byte> packet)
    {
        packet = default;
        if (!TryRead(body, ControlsCommand.Bytes, out command)) return false;
        if (command.ControlsBytes > (uint)(body.Length - ControlsCommand.Bytes)) return false;
        packet = body.Slice(ControlsCommand.Bytes, (int)command.ControlsBytes);
        return true;
    }
}

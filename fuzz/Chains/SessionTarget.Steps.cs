using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fuzz.Inputs;
using CameraFabric.Fuzz.Targets;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fuzz.Chains;

/// <summary>What each step does.</summary>
internal sealed partial class SessionTarget
{
    /// <summary>In a shape: the device does not look yet, so that the memory can still change.</summary>
    public const ulong Unserved = 8;

    private const int Slots = 10;
    private const int SlotBytes = 0x380;
    private const int SlotReadable = 0x80;
    private const int SlotWritable = 0x200;
    private readonly byte[] _message = new byte[8192];
    private ulong _features;
    private ulong _lastId;
    private ulong _sequence;
    private int _slots;

    private void Play(in Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Command: Command(step); break;
            case StepKind.Request: Request(step); break;
            case StepKind.Send: Send((int)(step.A % 3), step.Bytes, (uint)step.B, step.C); break;
            case StepKind.EventBuffers:
                for (ulong i = 0; i < Math.Min(step.A, 16); i++) Send(CameraWire.EventQueue, [], (uint)step.B, 0);
                break;
            case StepKind.Pump: Pump((int)(step.A % 3), step.B); break;
            case StepKind.Poke: _ram.Write((int)(step.A % GuestRam.Bytes), step.Bytes); break;
            case StepKind.PokeMessage:
                _ram.Write(Slot(step.A) + SlotReadable + (int)(step.B % SlotBytes), step.D, 1 << (int)(step.C % 4));
                break;
            case StepKind.Descriptor:
                _guest[step.A % 3].SetDescriptor((int)(step.B % 64), AddressOf(step.C), (uint)step.D, (ushort)step.E, (ushort)step.F);
                break;
            case StepKind.TableEntry:
                _guest[0].WriteDescriptor(
                    Slot(step.A) + (16 * (int)(step.B % 8)), AddressOf(step.C), (uint)step.D, (ushort)step.E, (ushort)step.F);
                break;
            case StepKind.Available:
                _guest[step.A % 3].SetAvailable((ushort)(_guest[step.A % 3].Next + step.B), (ushort)step.C);
                break;
            case StepKind.AvailableIndex: _guest[step.A % 3].MoveAvailable((ushort)step.B); break;
            case StepKind.StopQueue: StopQueue((int)(step.A % 3)); break;
            case StepKind.Reset: Reset(); break;
            case StepKind.Frame: Deliver(step); break;
            case StepKind.Claim: Claim(step.A); break;
            default: PlayCamera(step); break;
        }
    }

    // What comes from the camera or the clock: nothing that a guest could make wrong, so the numbers are brought into range.
    private void PlayCamera(in Step step)
    {
        _oracles.BeforeDevice();
        var (a, b, c, d) = (step.A, step.B, step.C, step.D);
        switch (step.Kind)
        {
            case StepKind.Answer: _host.Answer(_session, (int)(b % 8), (CameraStatus)(a % 15)); break;
            case StepKind.Tick:
                _clock.Advance((long)(a % 20_000_000_000));
                foreach (var request in _reports) _session.OnRequestCompleted(request);
                _reports.Clear();
                _session.OnTick();
                break;
            case StepKind.Source:
                var profile = (a % 4) == 3 ? FuzzCamera.Profiles[b % (ulong)FuzzCamera.Profiles.Length] : null;
                _session.OnSource((SourceEvent)(1 + ((a + 3) % 4 % 3)), b, profile ?? FuzzCamera.Profiles[0]);
                break;
            case StepKind.Controls:
                var entries = new ControlEntry[d % 40];
                for (var i = 0; i < entries.Length; i++) entries[i] = new ControlEntry((uint)(b + (ulong)i), 0, ControlValue.From((int)c));
                _session.OnControlsChanged(a, entries);
                break;
            case StepKind.Dropped: _session.OnFramesDropped((int)(a & 0xffff), (DropReason)(1 + (b % 4)), c); break;
            case StepKind.Owner: _session.OnOwner(0, CameraStatus.Ok, (SessionRole)(a % 3), b % 2 == 1); break;
            case StepKind.CameraConfiguration:
                _session.OnCameraConfiguration(
                    a == 0 ? null : FuzzCamera.Configuration(FuzzCamera.Profiles[0].Formats[(int)(a % 3)].Format));
                break;
            case StepKind.Loss when _host.Sets.Count > 0:
                var set = _host.Sets[(int)(a % (ulong)_host.Sets.Count)];
                _session.OnControlSetLost(new ControlSetLoss(set, SessionId, (ControlSetFailure)(b % 3), c));
                break;
            case StepKind.StreamTimeout: _session.OnStreamTimeout(a); break;
        }

        _oracles.AfterDevice("camera", _seen);
    }

    private void Command(in Step step)
    {
        var body = step.Bytes;
        var length = Math.Min(CommandHeader.Bytes + body.Length, _message.Length);
        var message = _message.AsSpan(0, length);
        body.AsSpan(0, length - CommandHeader.Bytes).CopyTo(message[CommandHeader.Bytes..]);
        var version = (ushort)(CameraWire.HeaderVersion + step.F);
        CameraWire.Write(message, new CommandHeader((CameraCommand)step.A, version, (uint)(length + (int)step.C), 0xabc));

        // The generation comes first in every body that has one, and inputs cannot know it.
        if (step.B % 2 == 1 && length >= CommandHeader.Bytes + 4) CameraWire.Write(message[CommandHeader.Bytes..], _session.Generation);
        Send(CameraWire.ControlQueue, message, (uint)step.D, step.E);
    }

    private void Request(in Step step)
    {
        var packet = step.Bytes;
        _lastId += step.E;
        var length = Math.Min(RequestHeader.Bytes + BufferReference.Bytes + packet.Length, _message.Length);
        var message = _message.AsSpan(0, length);
        var header = new CommandHeader(CameraCommand.Request, CameraWire.HeaderVersion, (uint)length, _lastId);
        CameraWire.Write(message, new RequestHeader(
            header, _lastId, _session.Generation, (RequestFlags)step.B, 1, (uint)packet.Length, step.C, step.D));
        CameraWire.Write(message[RequestHeader.Bytes..], new BufferReference(0, (uint)step.A, 0, 0));
        const int before = RequestHeader.Bytes + BufferReference.Bytes;
        packet.AsSpan(0, length - before).CopyTo(message[before..]);

        // There is no field left for the shape: it is above the room.
        Send(CameraWire.RequestQueue, message, (uint)step.F & 0xffff, step.F >> 16);
    }

    // A chain of one message. The shape's bits 0 and 1 say into how many descriptors each part is cut; bit 2, that they are in a table;
    // bit 3, that the device does not look at the queue yet.
    private void Send(int index, ReadOnlySpan<byte> readable, uint room, ulong shape)
    {
        var place = GuestRam.Messages + (_slots++ % Slots * SlotBytes);
        _ram.Write(place + SlotReadable, readable);
        var guest = _guest[index];
        var parts = 1 + (int)(shape % 4);
        var isIndirect = (shape & 4) != 0;
        Span<(ulong Address, uint Length, ushort Flags)> pieces = stackalloc (ulong, uint, ushort)[8];
        var count = 0;
        Cut(pieces, ref count, GuestRam.AddressOf(place + SlotReadable), (uint)readable.Length, 0, parts);
        Cut(pieces, ref count, GuestRam.AddressOf(place + SlotWritable), room, (ushort)DescriptorFlags.Write, parts);
        if (count == 0) return;
        Span<ushort> descriptors = stackalloc ushort[8];
        for (var i = 0; i < (isIndirect ? 1 : count); i++) descriptors[i] = (ushort)guest.NextDescriptor();
        for (var i = 0; i < count; i++)
        {
            var isLast = i == count - 1;
            var flags = (ushort)(pieces[i].Flags | (isLast ? 0 : (ushort)DescriptorFlags.Next));
            if (isIndirect) guest.WriteDescriptor(place + (16 * i), pieces[i].Address, pieces[i].Length, flags, (ushort)(i + 1));
            else guest.SetDescriptor(descriptors[i], pieces[i].Address, pieces[i].Length, flags, isLast ? (ushort)0 : descriptors[i + 1]);
        }

        if (isIndirect)
        {
            guest.SetDescriptor(descriptors[0], GuestRam.AddressOf(place), (uint)(16 * count), (ushort)DescriptorFlags.Indirect, 0);
        }

        guest.Publish(descriptors[0]);
        if ((shape & Unserved) == 0) Pump(index, 0);
    }

    private static void Cut(
        Span<(ulong Address, uint Length, ushort Flags)> pieces, ref int count, ulong address, uint length, ushort flags, int parts)
    {
        for (var i = 0; i < parts && length > 0; i++)
        {
            var part = i == parts - 1 ? length : Math.Max(1, length / (uint)(parts - i));
            pieces[count++] = (address, part, flags);
            address += part;
            length -= part;
        }
    }

    // A place in the file stands for its guest address; anything larger is an address.
    private static ulong AddressOf(ulong number) => number < GuestRam.Bytes ? GuestRam.AddressOf((int)number) : number;

    private int Slot(ulong back) => GuestRam.Messages + (Math.Max(0, _slots - 1 - (int)(back % Slots)) % Slots * SlotBytes);

    private void StopQueue(int index)
    {
        Device("stop queue", target => target._session.OnQueueStopping(index));

        // What a delivery has claimed is still held; the stop forgets it, and its end must then touch nothing.
        var next = _queues[index].Stop();
        _guest[index].Restart();
        Oracle.Expect(_oracles.IsBlind || next == _guest[index].Next,
            $"queue {index} stops at {next}; {_guest[index].Next} chains were taken");
        _queues[index] = Start(_guest[index], _features, next);
    }

    private void Reset()
    {
        var isBroken = _session.State == SessionState.Broken;
        Device("reset", static target => target._session.Stop());
        FinishDelivery();
        Balance("reset", isBroken);
        _lastId = 0;
    }

    private void Claim(ulong which)
    {
        if (_host.Armed.Count == 0) return;
        var at = (int)(which % (ulong)_host.Armed.Count);
        var request = _host.Armed[at];
        _host.Armed.RemoveAt(at);
        if (request.TryClaim()) _claimed.Add(request);
    }

    // As the fan-out and the delivery do: only frames that a request takes, claimed first, copied only while the queue runs.
    private void Deliver(in Step step)
    {
        if (_claimed.Count == 0) Claim(step.A);
        if (_claimed.Count == 0) return;
        var request = _claimed[0];
        _claimed.RemoveAt(0);
        _sequence += 1 + (step.B & 0xffff);
        var isNear = request.TargetFrame > _sequence && request.TargetFrame - _sequence < 1 << 20;
        if (request.ControlSet == 0 && isNear) _sequence = request.TargetFrame;
        _oracles.BeforeDevice();
        Finish(request, step);
        if (step.E % 2 == 1) _reports.Add(request);
        else _session.OnRequestCompleted(request);
        _oracles.AfterDevice("deliver", _seen);
    }

    private void Finish(ChainRequest request, in Step step)
    {
        var slot = _pool.TryRent();
        Oracle.Expect(slot is not null, $"no slot is free: a frame was not given back");
        slot!.Pixels.Fill((byte)(0x80 | _sequence));
        slot.Header.Sequence = _sequence;
        slot.Header.ControlSet = request.ControlSet;
        slot.Header.Flags = (uint)(step.C & 0xff);
        var isWritable = request.BeginWrite();
        slot.Header.BytesUsed = isWritable ? (uint)Math.Min(request.TargetBytes, FuzzCamera.FrameBytes) : 0;
        slot.Header.AppliedCount = (uint)(step.D % (FrameHeader.MaximumApplied + 1));
        var controls = FuzzCamera.Profiles[0].Controls;
        for (var i = 0; i < (int)slot.Header.AppliedCount; i++)
        {
            slot.Applied[i] = i < controls.Length
                ? new ControlEntry(controls[i].Id, 0, controls[i].DefaultValue)
                : new ControlEntry((uint)(0x8000_0000 + i), 0, ControlValue.From((long)i));
        }

        var frame = slot.Publish();
        if (isWritable)
        {
            var left = frame.Pixels;
            for (var i = 0; i < request.TargetCount && left.Length > 0; i++)
            {
                var target = request.Target(i).Writable;
                var part = left[..Math.Min(left.Length, target.Length)];
                FrameCopy.ToOne(part, target, nonTemporal: false);
                left = left[part.Length..];
            }

            request.EndWrite();
            var missing = left.Length;
            Oracle.Expect(missing == 0, $"the targets of request {request.RequestId} are {missing} bytes too short for the frame");
            if (request.Takes(frame.Header)) request.Complete(frame);
            else request.Fail(CameraStatus.FrameLost, _sequence);
        }
        else
        {
            request.Fail(CameraStatus.Cancelled);
        }

        frame.Return();
    }

    private void FinishDelivery()
    {
        _oracles.BeforeDevice();
        foreach (var request in _claimed)
        {
            request.Fail(CameraStatus.Cancelled);
            _session.OnRequestCompleted(request);
        }

        foreach (var request in _reports) _session.OnRequestCompleted(request);
        _claimed.Clear();
        _reports.Clear();
        _oracles.AfterDevice("end of deliveries", _seen);
    }
}

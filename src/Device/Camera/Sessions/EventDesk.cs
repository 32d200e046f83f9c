using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// Events on their way to the guest. As long as it offers no buffers they wait, a bounded number of them: drops of the same reason and faults of
/// one kind become one, changed
/// controls become one, and what is too much is counted. Nobody waits for a guest. Session thread only.
/// </summary>
internal sealed class EventDesk(SessionContext session)
{
    private readonly Queue<DescriptorChain> _buffers = new();
    private readonly List<CameraEvent> _waiting = [];
    private readonly Dictionary<uint, ControlEntry> _changed = [];
    private byte[] _scratch = new byte[CameraWire.AdvisedEventBytes];
    private ulong _sequence;
    private uint _lost;

    /// <summary>Events that wait for a buffer.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Buffers that wait for an event.</summary>
    public int Buffers => _buffers.Count;

    /// <summary>A buffer from the guest. False if it is too short for any event.</summary>
    public bool Offer(DescriptorChain chain)
    {
        if (chain.WritableBytes < CameraWire.MinimumEventBytes) return false;
        _buffers.Enqueue(chain);
        Send();
        return true;
    }

    /// <summary>An event without controls.</summary>
    public void Post(CameraEventType type, uint code, uint argument = 0, ulong frame = 0, ulong request = 0)
    {
        var now = (ulong)session.Clock.Now;
        var item = new CameraEvent(type, 0, CameraEvent.Bytes, 0, request, frame, now, code, StreamWire.StreamId, argument, 0);
        if (type == CameraEventType.FrameDrop && TryJoin(item)) return;
        if (type == CameraEventType.Source && code == (uint)SourceEvent.Fault && TryRenew(item)) return;
        Enqueue(item);
    }

    /// <summary>Controls changed.</summary>
    public void PostChanged(ulong frame, ReadOnlySpan<ControlEntry> changed)
    {
        if (changed.IsEmpty) return;
        foreach (ref readonly var entry in changed)
        {
            if (session.Profile.Find(entry.Id) is not null) _changed[entry.Id] = entry;
        }

        if (_changed.Count == 0) return;
        var now = (ulong)session.Clock.Now;
        var item = new CameraEvent(CameraEventType.ControlChanged, 0, CameraEvent.Bytes, 0, 0, frame, now, 0, StreamWire.StreamId, 0, 0);
        foreach (ref var waiting in CollectionsMarshal.AsSpan(_waiting))
        {
            if (waiting.Type != CameraEventType.ControlChanged) continue;
            // The values are the newest of each control; so is the frame they belong to.
            waiting = waiting with { FrameNumber = frame, Timestamp = item.Timestamp };
            Lose();
            return;
        }

        Enqueue(item);
    }

    /// <summary>
    /// The queue stops or the device is reset: every buffer goes back empty. Events that wait are kept unless told otherwise.
    /// </summary>
    public void GiveBack(bool forget)
    {
        while (_buffers.TryDequeue(out var chain)) chain.Queue.Complete(chain, 0);
        if (!forget) return;
        _waiting.Clear();
        _changed.Clear();
        _sequence = 0;
        _lost = 0;
    }

    /// <summary>
    /// Events of an earlier life of the device went before: numbers go on, and the next event says that some may be missing. What waits
    /// about the role is dropped, because it speaks of a role that the guest did not have.
    /// </summary>
    public void Continue(ulong lastSequence)
    {
        _sequence = lastSequence;
        _lost = 1;
        _waiting.RemoveAll(static waiting => waiting.Type == CameraEventType.Owner);
    }

    /// <summary>Is told the number of each event before it goes out.</summary>
    public Action<ulong>? Sending { get; set; }

    private bool TryJoin(in CameraEvent item)
    {
        foreach (ref var waiting in CollectionsMarshal.AsSpan(_waiting))
        {
            if (waiting.Type != item.Type || waiting.Code != item.Code) continue;
            var sum = (ulong)waiting.Argument + item.Argument;
            waiting = waiting with
            {
                Argument = (uint)Math.Min(sum, uint.MaxValue),
                FrameNumber = item.FrameNumber,
                Timestamp = item.Timestamp,
            };
            Lose();
            return true;
        }

        return false;
    }

    // A fault that was not told yet is told once, as it was last.
    private bool TryRenew(in CameraEvent item)
    {
        foreach (ref var waiting in CollectionsMarshal.AsSpan(_waiting))
        {
            if (waiting.Type != item.Type || waiting.Code != item.Code || waiting.Argument != item.Argument) continue;
            waiting = waiting with { FrameNumber = item.FrameNumber, Timestamp = item.Timestamp };
            Lose();
            return true;
        }

        return false;
    }

    private void Enqueue(in CameraEvent item)
    {
        if (_waiting.Count >= session.Options.MaximumQueuedEvents)
        {
            if (item.Type == CameraEventType.ControlChanged) _changed.Clear();
            Lose();
            return;
        }

        _waiting.Add(item);
        Send();
    }

    private void Lose()
    {
        if (_lost < uint.MaxValue) _lost++;
        session.Counters.CountLostEvent();
    }

    private void Send()
    {
        while (_waiting.Count > 0 && _buffers.TryDequeue(out var chain))
        {
            var item = _waiting[0] with { Sequence = ++_sequence, Lost = _lost };
            _waiting.RemoveAt(0);
            _lost = 0;
            var length = CameraEvent.Bytes;
            if (item.Type == CameraEventType.ControlChanged)
            {
                length += WriteChanged(chain.WritableBytes - CameraEvent.Bytes, out var isCut);
                item = item with { Length = (uint)length, Flags = isCut ? CameraEventFlags.Truncated : 0 };
            }

            CameraWire.Write(_scratch, item);
            chain.Write(0, _scratch.AsSpan(0, length));
            session.Counters.CountEvent();
            Sending?.Invoke(_sequence);
            chain.Queue.Complete(chain, length);
        }
    }

    // Into the scratch behind the event; as many as the buffer has room for.
    private int WriteChanged(int room, out bool isCut)
    {
        var fits = 0;
        var values = 0;
        foreach (var entry in _changed.Values)
        {
            var value = CameraWire.Align(entry.Value.ByteCount);
            if (ControlPacketWriter.Measure(fits + 1, values + value) > room) break;
            fits++;
            values += value;
        }

        isCut = fits < _changed.Count;
        var length = ControlPacketWriter.Measure(fits, values);
        if (room < length)
        {
            _changed.Clear();
            return 0;
        }

        if (_scratch.Length < CameraEvent.Bytes + length) _scratch = new byte[CameraEvent.Bytes + length];
        var writer = new ControlPacketWriter(_scratch.AsSpan(CameraEvent.Bytes, length), fits);
        foreach (var entry in _changed.Values)
        {
            if (writer.Count == fits) break;
            writer.TryAdd(entry.Id, (byte)entry.Value.Type, (ushort)entry.Value.Count, entry.Value.Bytes, (ItemFlags)(entry.Flags & 0xf));
        }

        _changed.Clear();
        return writer.Finish();
    }
}

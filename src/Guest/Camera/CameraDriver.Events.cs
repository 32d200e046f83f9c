using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Virtqueues;

namespace CameraFabric.Guest.Camera;

/// <content>Events: the event queue. Used on the call thread only, once started.</content>
public sealed partial class CameraDriver
{
    private readonly byte[] _event = new byte[CameraWire.AdvisedEventBytes];
    private readonly ReportedControl[] _eventControls = new ReportedControl[CameraWire.MaximumPacketItems];
    private readonly Lock _eventGate = new();
    private ulong _eventMemory;
    private ulong _lastEvent;
    private bool _mayMissEvents;

    private void PrepareEvents() => _eventMemory = _ram.Allocate((long)_options.EventBuffers * CameraWire.AdvisedEventBytes);

    private void PostEvents()
    {
        bool kick;
        lock (_eventGate)
        {
            for (var i = 0; i < _options.EventBuffers; i++) PostEvent(i);
            kick = _events.Publish();
        }

        if (kick) Kick(CameraWire.EventQueue);
    }

    private void PostEvent(int index)
    {
        var address = _eventMemory + (ulong)index * CameraWire.AdvisedEventBytes;
        _events.TryAdd([], [new GuestSegment(address, CameraWire.AdvisedEventBytes)], index);
    }

    private void ReclaimEvents()
    {
        while (true)
        {
            UsedChain used;
            lock (_eventGate)
            {
                if (_failure is not null) return;
                if (!_events.TryReclaim(out used))
                {
                    if (!_events.EnableCalls()) break;
                    continue;
                }

                _ram.Read(_eventMemory + (ulong)used.Token * CameraWire.AdvisedEventBytes, used.Written).CopyTo(_event);
                PostEvent(used.Token);
            }

            Tell(used.Written);
        }

        bool kick;
        lock (_eventGate) kick = _events.Publish();
        if (kick) Kick(CameraWire.EventQueue);
    }

    private void Tell(int written)
    {
        if (written == 0) return;      // a device that stops gives its buffers back empty
        if (written < CameraEvent.Bytes)
        {
            _listener.Violated($"an event of {written} bytes; it has at least {CameraEvent.Bytes}");
            return;
        }

        var occurred = CameraWire.Read<CameraEvent>(_event);
        if (occurred.Length < CameraEvent.Bytes || occurred.Length > (uint)written)
        {
            _listener.Violated($"an event that claims {occurred.Length} bytes, with {written} bytes written");
            return;
        }

        // What a device told while it was being killed may be lost with it; its next life goes on with the numbers.
        if (occurred.Sequence != _lastEvent + 1 && !(_mayMissEvents && occurred.Sequence > _lastEvent))
            _listener.Violated($"event {occurred.Sequence} after event {_lastEvent}: sequence numbers go up by one");
        _lastEvent = occurred.Sequence;
        _mayMissEvents = false;
        var count = 0;
        var packet = _event.AsSpan(CameraEvent.Bytes, (int)occurred.Length - CameraEvent.Bytes);
        if (occurred.Type == CameraEventType.ControlChanged && !ControlPackets.TryRead(packet, _eventControls, out count, out var error))
        {
            _listener.Violated($"event {occurred.Sequence}: {error}");
            return;
        }

        _listener.Received(in occurred, _eventControls.AsSpan(0, count));
    }
}

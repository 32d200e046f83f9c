using System.Buffers.Binary;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Guest.Virtqueues;

namespace CameraFabric.Guest.Media;

/// <content>Events. Usually on the call thread; after SUBSCRIBE with SEND_INITIAL on the thread of the command.</content>
public sealed partial class MediaDriver
{
    private const int ErrorEventBytes = 16;

    private readonly Lock _eventGate = new();
    private readonly byte[] _event = new byte[MediaDequeueEvent.Bytes];
    private DriverQueue _events = null!;
    private ulong _eventMemory;
    private volatile bool _eventsHeld;
    private long _strays;

    /// <summary>
    /// Events for sessions that were closed before the event was handled. They may cross with CLOSE on their way; a Linux driver logs them.
    /// </summary>
    public long StrayEvents => Interlocked.Read(ref _strays);

    /// <summary>
    /// Whether events are left in the ring: what a guest looks like whose workers are late. On setting it to false they are handled at
    /// once, on the caller's thread.
    /// </summary>
    public bool HoldEvents
    {
        get => _eventsHeld;
        set
        {
            _eventsHeld = value;
            if (!value) ProcessEvents();
        }
    }

    /// <summary>Handles what is in the event queue, and posts its buffers again.</summary>
    internal void ProcessEvents()
    {
        while (true)
        {
            lock (_eventGate)
            {
                if (_failure is not null) return;
                var handled = false;
                while (_events.TryReclaim(out var used))
                {
                    handled = true;
                    var address = _eventMemory + (ulong)(used.Token * MediaDequeueEvent.Bytes);
                    Array.Clear(_event);
                    Ram.Read(address, used.Written).CopyTo(_event);
                    Handle(used.Written);
                    PostEvent(used.Token);
                    // One by one, as Linux does: each buffer that is back tells the device that its event was handled.
                    if (_events.Publish()) _transport.Kick(MediaWire.EventQueue);
                }

                if (!handled && !_events.EnableCalls()) return;
            }
        }
    }

    private void PrepareEvents()
    {
        _events = _transport.Queue(MediaWire.EventQueue);
        _eventMemory = Ram.Allocate((long)_options.EventBuffers * MediaDequeueEvent.Bytes);
    }

    private void PostEvents()
    {
        lock (_eventGate)
        {
            for (var i = 0; i < _options.EventBuffers; i++) PostEvent(i);
            if (_events.Publish()) _transport.Kick(MediaWire.EventQueue);
        }
    }

    private void PostEvent(int index) =>
        _events.TryAdd([], [new GuestSegment(_eventMemory + (ulong)(index * MediaDequeueEvent.Bytes), MediaDequeueEvent.Bytes)], index);

    private void Handle(int written)
    {
        if (written == 0) return;      // a device that stops gives its buffers back empty
        if (written < MediaEventHeader.Bytes)
        {
            Violated($"an event of {written} bytes; its header alone has {MediaEventHeader.Bytes}");
            return;
        }

        var header = CameraWire.Read<MediaEventHeader>(_event);
        var least = header.Event switch
        {
            MediaEvent.Error => ErrorEventBytes,
            MediaEvent.DequeueBuffer => MediaDequeueEvent.Bytes,
            MediaEvent.Event => MediaV4l2Event.Bytes,
            _ => int.MaxValue,
        };
        if (least == int.MaxValue)
        {
            Violated($"an event of type {(uint)header.Event}, which there is not");
            return;
        }

        if (written < least)
        {
            Violated($"{header.Event}: an event of {written} bytes; a Linux driver drops what is shorter than {least}");
            return;
        }

        if (Find(header.SessionId) is not { } session)
        {
            Interlocked.Increment(ref _strays);
            return;
        }

        switch (header.Event)
        {
            case MediaEvent.Error: session.Lose(BinaryPrimitives.ReadInt32LittleEndian(_event.AsSpan(MediaEventHeader.Bytes))); break;
            case MediaEvent.DequeueBuffer: session.Returned(CameraWire.Read<MediaDequeueEvent>(_event)); break;
            case MediaEvent.Event: session.Occurred(CameraWire.Read<MediaV4l2Event>(_event).Event); break;
        }

        Arrived(session);
    }
}

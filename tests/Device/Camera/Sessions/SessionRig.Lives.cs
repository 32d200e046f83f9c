using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <content>Lives of the device one after the other, over rings and kept memory that stay: what a crash of the fabric is to a guest.</content>
internal sealed partial class SessionRig
{
    private const int InflightBytes = 4096;

    private MappedMemory? _kept;
    private int _answered;

    /// <summary>What the front-end keeps: for each ring what is in flight, then the session's own bytes.</summary>
    public MappedMemory Kept => _kept ?? throw new InvalidOperationException("this rig keeps nothing");

    /// <summary>The session's own bytes.</summary>
    public SavedState Saved { get; private set; } = null!;

    /// <summary>Called before each store into the rings' kept memory: an exception there is the end of the life.</summary>
    public Action? BeforeStore { get; set; }

    /// <summary>From now on the front-end keeps what lives need; the first of them begins.</summary>
    public SessionRig Keeping(int savedBytes = CameraSession.SavedStateBytes)
    {
        using var file = MemoryFile.Create("kept", CameraWire.QueueCount * InflightBytes + (savedBytes + 4095) / 4096 * 4096);
        _kept = file.Map(MapAccess.ReadWrite);
        Live(savedBytes, isFresh: true);
        return this;
    }

    /// <summary>The process is killed, and another one comes in its place: with the same camera and role, unless told otherwise.</summary>
    public void Crash(SessionRole? role = null, CameraProfile? profile = null, Func<CameraSessionOptions, CameraSessionOptions>? change = null)
    {
        Saved.End();
        BeforeStore = null;
        Host = new FakeHost();
        _answered = 0;
        Session = new CameraSession(change is null ? Options : change(Options), profile ?? Profile, role ?? SessionRole.Owner, Host, Clock);
        Live(Saved.Length, isFresh: false);
    }

    /// <summary>Makes a chain available, and nothing more.</summary>
    public Sent Post(int queue, ReadOnlySpan<byte> readable, int writable) => Offer(queue, readable, writable);

    /// <summary>What the device's threads do when the queues have started.</summary>
    public void PumpAll()
    {
        for (var i = 0; i < CameraWire.QueueCount; i++) Pump(i);
    }

    /// <summary>The camera does what it is asked, as often as it is asked.</summary>
    public void AnswerAll(CameraStatus ownership = CameraStatus.Ok)
    {
        while (_answered < Host.Asks.Count)
        {
            var ask = Host.Asks[_answered++];
            switch (ask)
            {
                case "Configure": Session.OnConfigured(Host.Ticket, CameraStatus.Ok, Host.Wanted); break;
                case "Start": Session.OnStarted(Host.Ticket, CameraStatus.Ok); break;
                case "Stop": Session.OnStopped(Host.Ticket); break;
                case "SetGlobalControls": Session.OnControlsSet(Host.Ticket, CameraStatus.Ok); break;
                case "AcquireOwner": Session.OnOwner(Host.Ticket, ownership, SessionRole.Owner); break;
                case "ReleaseOwner": Session.OnOwner(Host.Ticket, CameraStatus.Ok, SessionRole.Observer); break;
            }
        }
    }

    /// <summary>The state that the next life will find, opened; null if it will find none.</summary>
    public SavedSessionReader? Left()
    {
        using var keeper = new Borrowed(Kept, CameraWire.QueueCount * InflightBytes, Saved.Length);
        return keeper.Area.Load() is { } state && SavedSessionReader.TryOpen(state, out var reader) ? reader : null;
    }

    private void Live(int savedBytes, bool isFresh)
    {
        foreach (var queue in _queues) queue.Stop();
        Saved = new SavedState(Kept, CameraWire.QueueCount * InflightBytes, savedBytes);
        Session.OnSavedState(Saved, isFresh);
        for (var i = 0; i < _queues.Length; i++)
        {
            var inflight = new InflightQueue(Kept, i * InflightBytes, RingSize) { BeforeStore = () => BeforeStore?.Invoke() };
            _queues[i] = Virtqueue.Start(_rings[i].Settings(index: i) with { Inflight = inflight });
        }
    }

    private sealed class Borrowed(MappedMemory memory, long offset, int bytes) : IDisposable
    {
        private readonly SavedState _state = new(memory, offset, bytes);

        public SavedArea Area => new(_state);

        public void Dispose() => _state.End();
    }

    /// <summary>A request with another generation than the one in force.</summary>
    public byte[] RequestOf(ulong id, uint generation)
    {
        var bytes = RequestBytes(id, 0);
        CameraWire.Write(bytes, CameraWire.Read<RequestHeader>(bytes) with { Generation = generation });
        return bytes;
    }
}

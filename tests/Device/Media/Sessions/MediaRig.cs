using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.Media.Sessions;
using CameraFabric.Device.Media.Wire;
using CameraFabric.Device.Tests.Camera.Sessions;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Tests.Media.Sessions;

/// <summary>A media session on real rings in real shared memory, a driver's hand on the other side, and a host that does as the test says.</summary>
internal sealed class MediaRig : IDisposable
{
    public const int FrameBytes = SessionRig.FrameBytes;
    private const int RingBytes = 1 << 16;
    private readonly DriverRing[] _rings;
    private readonly Virtqueue[] _queues;
    private int _nextPlace = MediaWire.QueueCount * RingBytes;

    public MediaRig(SessionRole role = SessionRole.Owner)
    {
        const ulong features = VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors;
        _rings = [.. Enumerable.Range(0, MediaWire.QueueCount).Select(i => new DriverRing(Memory, 32, features, i * RingBytes))];
        _queues = [.. _rings.Select((ring, i) => Virtqueue.Start(ring.Settings(index: i)))];
        Session = new MediaSession(new CameraSessionOptions { SessionId = 7 }, SessionRig.PerFrame(), role, Host, Clock);
        Session.OnCameraConfiguration(Configuration);
    }

    public static StreamConfiguration Configuration { get; } =
        new(FourCC.Parse("NV12"), SessionRig.Width, SessionRig.Height, new FrameInterval(1, 30));

    public TestMemory Memory { get; } = new(4 << 20);

    public MediaHost Host { get; } = new();

    public ManualFrameClock Clock { get; } = new(5_000_000_000);

    public MediaSession Session { get; }

    public FramePool Pool { get; } = new("frames", FrameBytes, 4);

    public Virtqueue Queue(int index) => _queues[index];

    /// <summary>The answers' bytes, in order; a chain that came back without any counts as well.</summary>
    public List<byte[]> Answers { get; } = [];

    /// <summary>The events' bytes, in order.</summary>
    public List<byte[]> Events { get; } = [];

    public MediaDequeueEvent[] Returned => [.. Events.Select(static bytes => CameraWire.Read<MediaDequeueEvent>(bytes))
        .Where(static item => item.Header.Event == MediaEvent.DequeueBuffer)];

    public MediaV4l2Event[] Told => [.. Events.Select(static bytes => CameraWire.Read<MediaV4l2Event>(bytes))
        .Where(static item => item.Header.Event == MediaEvent.Event)];

    public int Allocate(int bytes)
    {
        var place = _nextPlace;
        _nextPlace += (bytes + 4095) / 4096 * 4096;
        return place;
    }

    /// <summary>Sends a command whose answer lies in the same memory as its payload, as the Linux driver does.</summary>
    public void Send(ReadOnlySpan<byte> command, ReadOnlySpan<byte> payload = default, ReadOnlySpan<byte> behind = default, int room = -1)
    {
        var head = Allocate(command.Length);
        var shared = Allocate(Math.Max(1, payload.Length));
        var rest = Allocate(Math.Max(1, behind.Length));
        var response = Allocate(64);
        command.CopyTo(Memory.Bytes.Write(head, command.Length));
        payload.CopyTo(Memory.Bytes.Write(shared, payload.Length));
        behind.CopyTo(Memory.Bytes.Write(rest, behind.Length));
        var buffers = new List<(ulong Address, uint Length, bool IsWritable)> { (DriverRing.AddressOf(head), (uint)command.Length, false) };
        if (payload.Length > 0) buffers.Add((DriverRing.AddressOf(shared), (uint)payload.Length, false));
        if (behind.Length > 0) buffers.Add((DriverRing.AddressOf(rest), (uint)behind.Length, false));
        var writable = room < 0 ? MediaResponseHeader.Bytes : room;
        if (writable > 0) buffers.Add((DriverRing.AddressOf(response), (uint)writable, true));
        if (payload.Length > 0) buffers.Add((DriverRing.AddressOf(shared), (uint)payload.Length, true));
        _rings[MediaWire.CommandQueue].Add(buffers.ToArray(), indirect: true, (response, writable, shared, payload.Length));
        Pump();
    }

    /// <summary>What the device's threads do on a kick, and what the driver then finds.</summary>
    public void Pump()
    {
        for (var i = 0; i < _queues.Length; i++)
        {
            while (_queues[i].TryPop() is { } chain) Session.OnChain(chain);
        }

        Reap();
    }

    public void Reap()
    {
        while (_rings[MediaWire.CommandQueue].TryReap(out var tag, out var written))
        {
            var (response, writable, payload, bytes) = ((int, int, int, int))tag!;
            var first = Math.Min((int)written, writable);
            Answers.Add([.. Memory.Bytes.Read(response, first), .. Memory.Bytes.Read(payload, Math.Min((int)written - first, bytes))]);
        }

        while (_rings[MediaWire.EventQueue].TryReap(out var tag, out var written))
        {
            Events.Add(Memory.Bytes.Read((int)tag!, (int)written).ToArray());
        }
    }

    /// <summary>The driver posts event buffers.</summary>
    public void Post(int count = 1, int bytes = MediaDequeueEvent.Bytes)
    {
        for (var i = 0; i < count; i++)
        {
            var place = Allocate(bytes);
            _rings[MediaWire.EventQueue].Add([(DriverRing.AddressOf(place), (uint)bytes, true)], indirect: false, place);
        }

        Pump();
    }

    public uint Open()
    {
        Send(SessionRig.BytesOf(new MediaCommandHeader(MediaCommand.Open)), room: MediaOpenResponse.Bytes);
        return CameraWire.Read<MediaOpenResponse>(Answers[^1]).SessionId;
    }

    /// <summary>An ioctl. What it answered is the last of the answers, unless it waits.</summary>
    public MediaStatus Ioctl<T>(uint session, MediaIoctl code, in T payload, ReadOnlySpan<byte> behind = default)
        where T : unmanaged
    {
        var before = Answers.Count;
        Send(SessionRig.BytesOf(new MediaIoctlCommand(new MediaCommandHeader(MediaCommand.Ioctl), session, code)),
            SessionRig.BytesOf(payload), behind);
        return Answers.Count > before ? Status : (MediaStatus)uint.MaxValue;
    }

    public MediaStatus Status => CameraWire.Read<MediaResponseHeader>(Answers[^1]).Status;

    public T Payload<T>()
        where T : unmanaged => CameraWire.Read<T>(Answers[^1].AsSpan(MediaResponseHeader.Bytes));

    public MediaStatus RequestBuffers(uint session, uint count, V4l2Memory memory = V4l2Memory.UserPointer) => Ioctl(session,
        MediaIoctl.RequestBuffers, new V4l2RequestBuffers(count, V4l2BufferType.VideoCapture, memory, 0, 0));

    /// <summary>QBUF of pages of the guest's own; where they are.</summary>
    public int QueueUser(uint session, uint index)
    {
        var place = Allocate(FrameBytes);
        var buffer = new V4l2Buffer(index, V4l2BufferType.VideoCapture, 0, 0, 0, 0, 0, 0, V4l2Memory.UserPointer, 0x1234000, FrameBytes, 0);
        var page = SessionRig.BytesOf(new MediaSgEntry(DriverRing.AddressOf(place), FrameBytes));
        Assert.Equal(MediaStatus.Ok, Ioctl(session, MediaIoctl.QueueBuffer, buffer, page));
        return place;
    }

    /// <summary>STREAMON, and a camera that does as asked.</summary>
    public void StreamOn(uint session)
    {
        Ioctl(session, MediaIoctl.StreamOn, V4l2BufferType.VideoCapture);
        Session.OnConfigured(Host.Ticket, CameraStatus.Ok, Host.Wanted);
        Session.OnStarted(Host.Ticket, CameraStatus.Ok);
        Reap();
        Assert.Equal(MediaStatus.Ok, Status);
    }

    /// <summary>A session that streams from so many buffers, and a driver with 16 event buffers.</summary>
    public uint Stream(int buffers = 2)
    {
        Post(16);
        var session = Open();
        Assert.Equal(MediaStatus.Ok, RequestBuffers(session, (uint)buffers));
        for (var i = 0u; i < buffers; i++) QueueUser(session, i);
        StreamOn(session);
        return session;
    }

    /// <summary>The camera has exposed a frame; the oldest request gets it.</summary>
    public void Expose(ulong sequence, params ReadOnlySpan<ControlEntry> applied)
    {
        var request = Host.Armed[0];
        Host.Armed.RemoveAt(0);
        Assert.True(request.TryClaim());
        Deliver(request, sequence, applied);
        Session.OnRequestCompleted(request);
        Reap();
    }

    /// <summary>What the delivery thread does with a request that it won.</summary>
    public void Deliver(FrameRequest request, ulong sequence, params ReadOnlySpan<ControlEntry> applied)
    {
        var slot = Pool.TryRent() ?? throw new InvalidOperationException("no slot is free");
        slot.Pixels.Fill((byte)sequence);
        slot.Header.Sequence = sequence;
        slot.Header.StartOfExposure = (long)sequence * 1000;
        slot.Header.BytesUsed = FrameBytes;
        slot.Header.AppliedCount = (uint)applied.Length;
        applied.CopyTo(slot.Applied);
        var frame = slot.Publish();
        if (request.BeginWrite())
        {
            var left = frame.Pixels;
            for (var i = 0; i < request.TargetCount; i++)
            {
                var target = request.Target(i).Writable;
                left[..target.Length].CopyTo(target);
                left = left[target.Length..];
            }

            request.Complete(frame);
            request.EndWrite();
        }
        else
        {
            request.Fail(CameraStatus.Cancelled, sequence);
        }

        frame.Return();
    }

    public void Dispose()
    {
        foreach (var queue in _queues) queue.Stop();
        Memory.Dispose();
        Pool.Dispose();
    }
}

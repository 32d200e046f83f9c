using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Camera;
using CameraFabric.Device.Tests.VhostUser;
using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Hostile.Tests;

/// <summary>
/// A guest whose every byte is the test's: memory, rings, commands, requests. Right as long as the test wants it to be.
/// </summary>
internal sealed class HostileGuest(UnixSocket socket) : GuestFrontend(socket, MemoryBytes)
{
    public const int MemoryBytes = 4 << 20;
    public const int RingSize = 32;
    public const int Width = 320;
    public const int Height = 240;
    public const int FrameBytes = Width * Height * 3 / 2;
    private const int RingBytes = 1 << 16;
    private int _nextPlace = CameraWire.QueueCount * RingBytes;
    private ulong _nextTag = 100;

    public DriverRing Control => Rings[CameraWire.ControlQueue];

    public DriverRing Events => Rings[CameraWire.EventQueue];

    public DriverRing Requests => Rings[CameraWire.RequestQueue];

    /// <summary>The generation that CONFIGURE gave, and that messages name.</summary>
    public uint Generation { get; set; }

    /// <summary>Whether chains are put into indirect tables.</summary>
    public bool IsIndirect { get; init; } = true;

    public CameraConfig Config
    {
        get
        {
            var bytes = new byte[CameraConfig.Bytes];
            Frontend.GetConfig(0, bytes);
            return CameraWire.Read<CameraConfig>(bytes);
        }
    }

    /// <summary>Everything that a driver sets up: features, memory, three queues that run.</summary>
    public HostileGuest Begin()
    {
        this.Negotiate().ShareMemory();
        for (var i = 0; i < CameraWire.QueueCount; i++) StartQueue(i);
        return this;
    }

    public void StartQueue(int index, ushort start = 0, int size = RingSize)
    {
        Program(index, size, start: start);
        Call(index);
        Kick(index);
        Frontend.SetVringEnable(index, true);
    }

    /// <summary>Makes a head available, whatever it names, and kicks.</summary>
    public void Publish(int queue, ushort head = 0)
    {
        Rings[queue].Publish(head);
        Kicks[queue].Signal();
    }

    /// <summary>A place in memory, by its offset; never given twice.</summary>
    public int Allocate(int bytes)
    {
        var place = _nextPlace;
        _nextPlace += (bytes + 63) / 64 * 64;
        Assert.True(_nextPlace <= MemoryBytes, "the test needs more guest memory than there is");
        return place;
    }

    /// <summary>One readable and one writable buffer, either possibly absent; kicks.</summary>
    public Sent Offer(int queue, ReadOnlySpan<byte> readable, int writable)
    {
        var sent = new Sent(this, queue, Allocate(readable.Length), Allocate(writable));
        Span<(ulong Address, uint Length, bool IsWritable)> buffers = stackalloc (ulong, uint, bool)[2];
        var count = 0;
        if (readable.Length > 0)
        {
            readable.CopyTo(Guest.Bytes.Write(sent.Readable, readable.Length));
            buffers[count++] = (DriverRing.AddressOf(sent.Readable), (uint)readable.Length, false);
        }

        if (writable > 0) buffers[count++] = (DriverRing.AddressOf(sent.Writable), (uint)writable, true);
        Rings[queue].Add(buffers[..count], IsIndirect, sent);
        Kicks[queue].Signal();
        return sent;
    }

    public Sent Command(ReadOnlySpan<byte> message, int room = 256) =>
        Offer(CameraWire.ControlQueue, message, ResponseHeader.Bytes + room);

    public Sent Command(CameraCommand type, ReadOnlySpan<byte> body = default, int room = 256) =>
        Command(CameraMessages.Command(type, body, ++_nextTag), room);

    public Sent Command<T>(CameraCommand type, in T body, ReadOnlySpan<byte> tail = default, int room = 256)
        where T : unmanaged => Command(type, [.. CameraMessages.BytesOf(body), .. tail], room);

    public Sent TryStream(in StreamConfig wanted) =>
        Command(CameraCommand.Try, new ConfigureCommand(0, 1), CameraMessages.BytesOf(wanted));

    /// <summary>CONFIGURE as the camera is already, so that nobody else notices.</summary>
    public HostileGuest Configure()
    {
        var wanted = CameraMessages.Wanted("NV12", Width, Height) with { IntervalNumerator = 1, IntervalDenominator = 100 };
        var sent = Command(CameraCommand.Configure, new ConfigureCommand(0, 1), CameraMessages.BytesOf(wanted));
        Assert.Equal(CameraStatus.Ok, sent.Status);
        Generation = CameraWire.Read<ConfigureReply>(sent.Body).Generation;
        return this;
    }

    public Sent Attach(
        uint buffer, ReadOnlySpan<MemoryEntry> entries, AttachFlags flags = 0, uint first = 0, uint? count = null, uint stream = 0)
    {
        var tail = new List<byte>(entries.Length * MemoryEntry.Bytes);
        foreach (var entry in entries) tail.AddRange(CameraMessages.BytesOf(entry));
        var body = new AttachBufferCommand(Generation, stream, buffer, count ?? (uint)entries.Length, flags, first);
        return Command(CameraCommand.AttachBuffer, body, tail.ToArray());
    }

    /// <summary>Memory for one frame, attached; its place.</summary>
    public int AttachFrame(uint buffer)
    {
        var place = Allocate(FrameBytes);
        Assert.Equal(CameraStatus.Ok, Attach(buffer, place).Status);
        return place;
    }

    public Sent Attach(uint buffer, int place, uint stream = 0) =>
        Attach(buffer, [new MemoryEntry(DriverRing.AddressOf(place), FrameBytes, 0)], stream: stream);

    public Sent Detach(uint buffer, uint stream = 0) =>
        Command(CameraCommand.DetachBuffer, new DetachBufferCommand(Generation, stream, buffer, 0));

    public Sent Start() => Command(CameraCommand.Start, new StartCommand(Generation, 0, 0, 0));

    public Sent Flush() => Command(CameraCommand.Flush, new GenerationCommand(Generation, 0));

    public Sent Stop() => Command(CameraCommand.Stop, new GenerationCommand(Generation, 0));

    /// <summary>Configured, so many buffers attached, streaming; their places.</summary>
    public int[] Stream(int buffers = 2)
    {
        Configure();
        var places = Enumerable.Range(0, buffers).Select(i => AttachFrame((uint)i)).ToArray();
        Assert.Equal(CameraStatus.Ok, Start().Status);
        return places;
    }

    public Sent Request(ulong id, uint buffer, RequestFlags flags = 0, ulong target = 0, ulong timeout = 0,
        ReadOnlySpan<byte> packet = default) =>
        Request(CameraMessages.Request(Generation, id, buffer, flags, target, timeout, packet));

    public Sent Request(ReadOnlySpan<byte> message) => Offer(CameraWire.RequestQueue, message, 4096);

    private void Reap(int queue)
    {
        while (Rings[queue].TryReap(out var tag, out var written))
        {
            if (tag is not Sent sent) continue;
            Assert.False(sent.IsBack, "a chain came back twice");
            sent.Return((int)written);
        }
    }

    /// <summary>A chain that the guest made available, and what came back.</summary>
    internal sealed class Sent(HostileGuest guest, int queue, int readable, int writable)
    {
        private int _used;

        public int Readable { get; } = readable;

        public int Writable { get; } = writable;

        public bool IsBack { get; private set; }

        public byte[] Bytes
        {
            get
            {
                Wait();
                return guest.Guest.Bytes.Read(Writable, _used).ToArray();
            }
        }

        public ResponseHeader Header => CameraWire.Read<ResponseHeader>(Bytes);

        public CameraStatus Status => Header.Status;

        public ReadOnlySpan<byte> Body => Bytes.AsSpan(ResponseHeader.Bytes);

        public ResultHeader Result => CameraWire.Read<ResultHeader>(Bytes);

        public void Return(int used) => (IsBack, _used) = (true, used);

        private void Wait()
        {
            guest.Reap(queue);
            while (!IsBack)
            {
                guest.Rings[queue].WantCalls();
                guest.Reap(queue);
                if (!IsBack) Assert.True(guest.Calls[queue].Wait(Soon), $"the chain of queue {queue} does not come back");
                guest.Reap(queue);
            }
        }
    }
}

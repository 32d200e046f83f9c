using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>
/// A back-end with its echo device on a thread of its own, and the other end of its connection: as a front-end, and as a bare socket.
/// </summary>
internal sealed class Rig : IDisposable
{
    public const ulong Features =
        VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex | VirtioFeatures.ProtocolFeatures;
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private Thread _thread;
    private VhostUserEnd? _end;
    private Exception? _failure;

    public Rig(EchoDevice? device = null, VhostUserOptions? options = null)
    {
        Options = options ?? new VhostUserOptions();
        Connect(device ?? new EchoDevice());
    }

    [MemberNotNull(nameof(Device), nameof(Socket), nameof(Frontend), nameof(Backend), nameof(_thread))]
    private void Connect(EchoDevice device)
    {
        Device = device;
        var (ours, theirs) = UnixSocket.Pair();
        Socket = ours;
        Frontend = new VhostUserFrontend(ours, Soon);
        Backend = new VhostUserBackend(theirs, Device, Options, NullLogger.Instance);
        _thread = new Thread(() =>
        {
            try
            {
                _end = Backend.Run();
            }
            catch (Exception e)
            {
                _failure = e;
            }
        }) { IsBackground = true, Name = "back-end" };
        _thread.Start();
    }

    public EchoDevice Device { get; private set; }

    public VhostUserOptions Options { get; }

    public UnixSocket Socket { get; private set; }

    public VhostUserFrontend Frontend { get; private set; }

    public VhostUserBackend Backend { get; private set; }

    public TestMemory Guest { get; } = new();

    public Dictionary<int, DriverRing> Rings { get; } = [];

    public Dictionary<int, EventFd> Kicks { get; } = [];

    public Dictionary<int, EventFd> Calls { get; } = [];

    /// <summary>Negotiates like a modern VMM.</summary>
    public Rig Negotiate(
        ProtocolFeatures protocol = ProtocolFeatures.All & ~ProtocolFeatures.InBandNotifications,
        ulong features = Features)
    {
        Frontend.SetOwner();
        _ = Frontend.GetFeatures();
        if ((features & VirtioFeatures.ProtocolFeatures) != 0)
        {
            _ = Frontend.GetProtocolFeatures();
            Frontend.SetProtocolFeatures(protocol);
        }

        Frontend.SetFeatures(features);
        return this;
    }

    public Rig ShareMemory()
    {
        Frontend.SetMemTable([Guest.Region], [Guest.File.Descriptor]);
        return this;
    }

    /// <summary>Size, base and addresses of a fresh ring.</summary>
    public DriverRing Program(int index = 0, int size = 8, ulong features = Features, ushort start = 0)
    {
        var ring = new DriverRing(Guest, size, features, index * 64 * 1024, start);
        Rings[index] = ring;
        Frontend.SetVringNum(index, size);
        Frontend.SetVringBase(index, start);
        Frontend.SetVringAddr(index, ring.Addresses);
        return ring;
    }

    public EventFd Kick(int index = 0)
    {
        if (Kicks.Remove(index, out var old)) old.Dispose();
        var kick = Kicks[index] = EventFd.Create();
        Frontend.SetVringKick(index, kick.Descriptor);
        return kick;
    }

    public EventFd Call(int index = 0)
    {
        if (Calls.Remove(index, out var old)) old.Dispose();
        var call = Calls[index] = EventFd.Create();
        Frontend.SetVringCall(index, call.Descriptor);
        return call;
    }

    /// <summary>A ring that runs: programmed, with kick and call, enabled.</summary>
    public DriverRing Run(int index = 0)
    {
        var ring = Program(index);
        Call(index);
        Kick(index);
        Frontend.SetVringEnable(index, true);
        return ring;
    }

    /// <summary>The back-end is gone without a word, and another one, with another device, is connected to.</summary>
    public Rig Replace(EchoDevice? device = null)
    {
        Backend.Stop();
        Assert.True(_thread.Join(Soon), "the back-end does not end");
        Backend.Dispose();
        Frontend.Dispose();
        Connect(device ?? new EchoDevice());
        return Negotiate().ShareMemory();
    }

    /// <summary>Memory for what is in flight, new or from before, handed to the back-end.</summary>
    public InflightArea Track(InflightArea? area = null)
    {
        area ??= Frontend.GetInflight(Device.QueueCount, 8);
        Frontend.SetInflight(area);
        return area;
    }

    /// <summary>Runs a ring that ran with another back-end, as front-ends do: from the used index, whatever was in flight.</summary>
    public void RunOn(int index = 0)
    {
        var ring = Rings[index];
        Frontend.SetVringNum(index, ring.Size);
        Frontend.SetVringBase(index, ring.UsedIndex);
        Frontend.SetVringAddr(index, ring.Addresses);
        Frontend.SetVringCall(index, Calls[index].Descriptor);
        Frontend.SetVringKick(index, Kicks[index].Descriptor);
        Frontend.SetVringEnable(index, true);
    }

    /// <summary>Makes one echo request available; true if the device wants a kick.</summary>
    public bool Ask(int index = 0, byte value = 42)
    {
        var ring = Rings[index];
        Guest.Bytes.Write(ring.Buffers, 4).Fill(value);
        Guest.Bytes.Write(ring.Buffers + 64, 4).Clear();
        return ring.Add([(DriverRing.AddressOf(ring.Buffers), 4, false), (DriverRing.AddressOf(ring.Buffers + 64), 4, true)], true, value);
    }

    /// <summary>Waits for the call, then takes the answer and checks it.</summary>
    public void ExpectEcho(int index = 0, byte value = 42)
    {
        Assert.True(Calls[index].Wait(Soon), "no call came");
        TakeEcho(index, value);
    }

    public void TakeEcho(int index = 0, byte value = 42)
    {
        var ring = Rings[index];
        Assert.True(ring.TryReap(out var tag, out var written));
        Assert.Equal((value, 4u), ((byte)tag!, written));
        Assert.Equal([value, value, value, value], Guest.Bytes.Read(ring.Buffers + 64, 4).ToArray());
        ring.WantCalls();
    }

    public void AskAndExpectEcho(int index = 0, byte value = 42)
    {
        if (Ask(index, value)) Kicks[index].Signal();
        ExpectEcho(index, value);
    }

    /// <summary>Waits until the connection has ended.</summary>
    public VhostUserEnd End()
    {
        Assert.True(_thread.Join(Soon), "the back-end does not end");
        Assert.Null(_failure);
        return _end!;
    }

    public Exception? Failure()
    {
        Assert.True(_thread.Join(Soon), "the back-end does not end");
        return _failure;
    }

    /// <summary>Sends any message: a header as given, then the payload.</summary>
    public void Send(uint request, ReadOnlySpan<byte> payload, uint flags = 1, uint? size = null, params FileDescriptor[] descriptors)
    {
        var message = new byte[12 + payload.Length];
        MemoryMarshal.Write(message, new MessageHeader(request, flags, size ?? (uint)payload.Length));
        payload.CopyTo(message.AsSpan(12));
        Socket.Send(message, descriptors, Soon);
    }

    public void Send<T>(FrontendRequest request, T payload, uint flags = 1, params FileDescriptor[] descriptors)
        where T : unmanaged
    {
        var value = payload;
        Send((uint)request, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)), flags, null, descriptors);
    }

    /// <summary>Receives one message of the back-end.</summary>
    public (uint Request, uint Flags, byte[] Payload) Receive()
    {
        using var bag = new DescriptorBag();
        var header = new byte[12];
        if (!Socket.ReceiveExactly(header, bag, Soon)) throw new EndOfStreamException("the back-end closed the connection");
        var parsed = MemoryMarshal.Read<MessageHeader>(header);
        var payload = new byte[parsed.Size];
        if (payload.Length > 0) Assert.True(Socket.ReceiveExactly(payload, bag, Soon));
        Assert.Equal(0, bag.Count);
        return (parsed.Request, parsed.Flags, payload);
    }

    public ulong ReceiveWord(FrontendRequest request)
    {
        var (answered, flags, payload) = Receive();
        Assert.Equal(((uint)request, 5u, 8), (answered, flags, payload.Length));
        return BitConverter.ToUInt64(payload);
    }

    public void Dispose()
    {
        Backend.Stop();
        Assert.True(_thread.Join(Soon), "the back-end does not end");
        Backend.Dispose();
        Frontend.Dispose();
        foreach (var fd in Kicks.Values.Concat(Calls.Values)) fd.Dispose();
        Guest.Dispose();
    }
}

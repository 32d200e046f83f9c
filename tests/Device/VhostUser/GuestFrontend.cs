using System.Runtime.InteropServices;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>
/// The driver's and the VMM's end of a connection, for tests: well-behaved as a front-end and over its rings, and as a bare socket over
/// which anything can be sent.
/// </summary>
internal class GuestFrontend : IDisposable
{
    public const ulong Features =
        VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex | VirtioFeatures.ProtocolFeatures;
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>A front-end for a connected socket, which it owns from now on.</summary>
    public GuestFrontend(UnixSocket socket, int memoryBytes = 1 << 20)
    {
        Socket = socket;
        Frontend = new VhostUserFrontend(socket, Soon);
        Guest = new TestMemory(memoryBytes);
    }

    public UnixSocket Socket { get; private set; }

    public VhostUserFrontend Frontend { get; private set; }

    public TestMemory Guest { get; }

    public Dictionary<int, DriverRing> Rings { get; } = [];

    public Dictionary<int, EventFd> Kicks { get; } = [];

    public Dictionary<int, EventFd> Calls { get; } = [];

    /// <summary>Gives the connection up, and speaks over another one.</summary>
    protected void Reconnect(UnixSocket socket)
    {
        Frontend.Dispose();
        Socket = socket;
        Frontend = new VhostUserFrontend(socket, Soon);
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

    /// <summary>Closes everything of the guest; where the socket is closed already, that is fine.</summary>
    public virtual void Dispose()
    {
        Frontend.Dispose();
        foreach (var fd in Kicks.Values.Concat(Calls.Values)) fd.Dispose();
        Guest.Dispose();
    }
}

/// <summary>The first steps of a connection, for any kind of <see cref="GuestFrontend"/>, one after the other.</summary>
internal static class GuestFrontendSteps
{
    /// <summary>Negotiates like a modern VMM.</summary>
    public static T Negotiate<T>(
        this T guest,
        ProtocolFeatures protocol = ProtocolFeatures.All & ~ProtocolFeatures.InBandNotifications,
        ulong features = GuestFrontend.Features)
        where T : GuestFrontend
    {
        guest.Frontend.SetOwner();
        _ = guest.Frontend.GetFeatures();
        if ((features & VirtioFeatures.ProtocolFeatures) != 0)
        {
            _ = guest.Frontend.GetProtocolFeatures();
            guest.Frontend.SetProtocolFeatures(protocol);
        }

        guest.Frontend.SetFeatures(features);
        return guest;
    }

    public static T ShareMemory<T>(this T guest)
        where T : GuestFrontend
    {
        guest.Frontend.SetMemTable([guest.Guest.Region], [guest.Guest.File.Descriptor]);
        return guest;
    }
}

using System.Diagnostics.CodeAnalysis;
using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>
/// A back-end with its echo device on a thread of its own, and the other end of its connection.
/// </summary>
internal sealed class Rig : GuestFrontend
{
    private Thread _thread;
    private VhostUserEnd? _end;
    private Exception? _failure;

    public Rig(EchoDevice? device = null, VhostUserOptions? options = null)
        : this(UnixSocket.Pair(), device, options)
    {
    }

    private Rig((UnixSocket Ours, UnixSocket Theirs) pair, EchoDevice? device, VhostUserOptions? options)
        : base(pair.Ours)
    {
        Options = options ?? new VhostUserOptions();
        Serve(pair.Theirs, device ?? new EchoDevice());
    }

    [MemberNotNull(nameof(Device), nameof(Backend), nameof(_thread))]
    private void Serve(UnixSocket socket, EchoDevice device)
    {
        Device = device;
        Backend = new VhostUserBackend(socket, Device, Options, NullLogger.Instance);
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

    public VhostUserBackend Backend { get; private set; }

    /// <summary>The back-end is gone without a word, and another one, with another device, is connected to.</summary>
    public Rig Replace(EchoDevice? device = null)
    {
        Backend.Stop();
        Assert.True(_thread.Join(Soon), "the back-end does not end");
        Backend.Dispose();
        var (ours, theirs) = UnixSocket.Pair();
        Reconnect(ours);
        Serve(theirs, device ?? new EchoDevice());
        return this.Negotiate().ShareMemory();
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

    public override void Dispose()
    {
        Backend.Stop();
        Assert.True(_thread.Join(Soon), "the back-end does not end");
        Backend.Dispose();
        base.Dispose();
    }
}

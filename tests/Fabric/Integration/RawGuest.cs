using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Transport;
using CameraFabric.Guest.Virtqueues;
using CameraFabric.Platform;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Tests.Integration;

/// <summary>A guest that has rings and memory and no manners: it does with them what the test says, and nothing by itself.</summary>
internal sealed class RawGuest : IDisposable
{
    private const int MessageBytes = 4096;
    private const int Slots = 32;
    private readonly VirtioTransport _transport;
    private readonly ulong _memory;
    private ulong _lastTag;

    public RawGuest(string socket)
    {
        _transport = VirtioTransport.Connect(
            UnixSocket.Connect(socket), CameraDriver.Shape, new VirtioTransportOptions { MemoryBytes = 4 << 20 });
        _memory = _transport.Ram.Allocate(2 * Slots * MessageBytes);
    }

    private DriverQueue Control => _transport.Queue(CameraWire.ControlQueue);

    public static async Task<RawGuest> ConnectAsync(RunningFabric fabric, string guest, string camera)
    {
        var socket = fabric.Socket(guest, camera);
        await fabric.ListensAsync(socket);
        return new RawGuest(socket);
    }

    /// <summary>A configuration as CONFIGURE has it.</summary>
    public static byte[] Wire(StreamConfiguration configuration) => BytesOf(default(StreamConfig) with
    {
        FourCC = configuration.Format.Value,
        Width = (uint)configuration.Width,
        Height = (uint)configuration.Height,
        IntervalNumerator = configuration.Interval.Numerator,
        IntervalDenominator = configuration.Interval.Denominator,
    });

    /// <summary>Sends a command and does not wait for its answer.</summary>
    public void Send<T>(CameraCommand command, in T body, ReadOnlySpan<byte> tail = default)
        where T : unmanaged
    {
        Assert.True(TryAdd(0, command, [.. BytesOf(body), .. tail]));
        if (Control.Publish()) _transport.Kick(CameraWire.ControlQueue);
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    public (CameraStatus Status, byte[] Body) Ask<T>(CameraCommand command, in T body, ReadOnlySpan<byte> tail = default)
        where T : unmanaged
    {
        Send(command, body, tail);
        UsedChain used = default;
        Assert.True(SpinWait.SpinUntil(() => Control.TryReclaim(out used), RunningFabric.Patience), $"{command} is not answered");
        var answer = _transport.Ram.Read(ResponseOf(0), used.Written).ToArray();
        return (CameraWire.Read<ResponseHeader>(answer).Status, answer[ResponseHeader.Bytes..]);
    }

    /// <summary>Configures the small stream and starts it. It gives neither buffers nor requests.</summary>
    public void Stream()
    {
        var (status, body) = Ask(CameraCommand.Configure, new ConfigureCommand(0, 1), Wire(RunningFabric.Small));
        Assert.Equal(CameraStatus.Ok, status);
        var generation = CameraWire.Read<ConfigureReply>(body).Generation;
        Assert.Equal(CameraStatus.Ok, Ask(CameraCommand.Start, new StartCommand(generation, 0, 0, 0)).Status);
    }

    /// <summary>One event buffer, and what the device writes into it.</summary>
    public CameraEvent TakeEvent()
    {
        var queue = _transport.Queue(CameraWire.EventQueue);
        Assert.True(queue.TryAdd([], [new GuestSegment(ResponseOf(1), MessageBytes)], 1));
        if (queue.Publish()) _transport.Kick(CameraWire.EventQueue);
        UsedChain used = default;
        Assert.True(SpinWait.SpinUntil(() => queue.TryReclaim(out used), RunningFabric.Patience), "no event comes");
        return CameraWire.Read<CameraEvent>(_transport.Ram.Read(ResponseOf(1), used.Written));
    }

    /// <summary>Commands and kicks as fast as it can, always a ring full of them, until it is told to stop; how many were answered.</summary>
    public long Storm(CancellationToken stop)
    {
        long answered = 0;
        var body = BytesOf(new ControlsCommand(default, 0));
        for (var slot = 0; slot < Slots; slot++) Assert.True(TryAdd(slot, CameraCommand.GetControls, body));

        while (!stop.IsCancellationRequested)
        {
            _ = Control.Publish();
            _transport.Kick(CameraWire.ControlQueue);
            _transport.Kick(CameraWire.RequestQueue);
            _transport.Kick(CameraWire.EventQueue);
            while (Control.TryReclaim(out var used))
            {
                answered++;
                TryAdd(used.Token, CameraCommand.GetControls, body);
            }
        }

        return answered;
    }

    public void Dispose() => _transport.Dispose();

    private static byte[] BytesOf<T>(in T value)
        where T : unmanaged
    {
        var bytes = new byte[System.Runtime.CompilerServices.Unsafe.SizeOf<T>()];
        CameraWire.Write(bytes, value);
        return bytes;
    }

    private ulong CommandOf(int slot) => _memory + (ulong)(slot * 2 * MessageBytes);

    private ulong ResponseOf(int slot) => CommandOf(slot) + MessageBytes;

    private bool TryAdd(int slot, CameraCommand command, ReadOnlySpan<byte> body)
    {
        var length = CommandHeader.Bytes + body.Length;
        var target = _transport.Ram.Write(CommandOf(slot), length);
        CameraWire.Write(target, new CommandHeader(command, CameraWire.HeaderVersion, (uint)length, ++_lastTag));
        body.CopyTo(target[CommandHeader.Bytes..]);
        return Control.TryAdd([new GuestSegment(CommandOf(slot), length)], [new GuestSegment(ResponseOf(slot), MessageBytes)], slot);
    }
}

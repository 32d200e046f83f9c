using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Virtqueues;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>
/// Bytes that no driver would send, in every queue and state: the device answers or breaks with a reason, and nothing else happens.
/// </summary>
public sealed class HostileGuestTests
{
    private static readonly CameraCommand[] Commands = Enum.GetValues<CameraCommand>();

    [Fact]
    public void Any_bytes_in_any_queue_are_answered_or_break_the_device_with_a_reason()
    {
        var bytes = ArbMap.Default.ArbFor<byte[]>();
        Prop.ForAll(bytes, bytes, bytes, Play).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_message_damaged_anywhere_is_answered_or_breaks_the_device_with_a_reason()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<NonNegativeInt>(), Damage).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Commands_that_piled_up_behind_one_are_done_some_at_a_time_so_that_others_have_their_turn()
    {
        using var rig = new SessionRig();
        var configure = rig.Command(CameraCommand.Configure, new ConfigureCommand(0, 1), SessionRig.BytesOf(SessionRig.Wanted()));
        var piled = Enumerable.Range(0, 24).Select(_ => rig.Command(CameraCommand.ClockSample)).ToArray();
        Assert.False(rig.Session.HasCommands);

        rig.Session.OnConfigured(rig.Host.Ticket, CameraStatus.Ok, rig.Host.Wanted);

        Assert.True(configure.IsAnswered);
        Assert.Equal(16, piled.Count(static sent => sent.IsAnswered));
        Assert.True(rig.Session.HasCommands);
        rig.Session.Resume();
        Assert.All(piled, static sent => Assert.Equal(CameraStatus.Ok, sent.Status));
        Assert.False(rig.Session.HasCommands);
    }

    [Fact]
    public void A_request_changed_after_it_was_taken_changes_nothing()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var sent = rig.Request(1, 2);
        rig.Memory.Bytes.Write(sent.Readable, RequestHeader.Bytes + BufferReference.Bytes).Fill(0xff);
        rig.Deliver(rig.Host.Last!, rig.Capture(1, rig.Host.Last!.ControlSet));
        Assert.Equal((CameraStatus.Ok, 1ul, 2u), (sent.Status, sent.Result.RequestId, sent.BufferResult.BufferId));
    }

    [Fact]
    public void Parts_may_be_scattered_over_descriptors_in_any_way()
    {
        using var rig = new SessionRig();
        rig.Stream();
        var bytes = rig.RequestBytes(1, 0);
        var readable = rig.Allocate(bytes.Length * 64);
        var room = 200;
        var writable = rig.Allocate(room * 64);
        var buffers = new List<(ulong, uint, bool)>();
        for (var i = 0; i < bytes.Length; i += 5)
        {
            var length = Math.Min(5, bytes.Length - i);
            bytes.AsSpan(i, length).CopyTo(rig.Memory.Bytes.Write(readable + i * 8, length));
            buffers.Add((DriverRing.AddressOf(readable + i * 8), (uint)length, false));
        }

        for (var i = 0; i < room; i += 20) buffers.Add((DriverRing.AddressOf(writable + i * 8), 20, true));
        rig.Ring(CameraWire.RequestQueue).Add(buffers.ToArray(), indirect: true);
        rig.Pump(CameraWire.RequestQueue);
        rig.Deliver(rig.Host.Last!, rig.Capture(7, rig.Host.Last!.ControlSet));
        Assert.True(rig.Ring(CameraWire.RequestQueue).TryReap(out _, out var used));
        Assert.Equal(104u, used);
        var result = new byte[104];
        for (var i = 0; i < result.Length; i++) result[i] = rig.Memory.Bytes.Read(writable + i / 20 * 160 + i % 20, 1)[0];
        Assert.Equal(7ul, CameraWire.Read<ResultHeader>(result).FrameNumber);
    }

    private static bool Play(byte[] command, byte[] request, byte[] body)
    {
        using var rig = new SessionRig();
        rig.Stream();
        rig.Send(CameraWire.ControlQueue, command, 1 + body.Length);
        rig.Send(CameraWire.RequestQueue, request, 1 + request.Length * 7);
        foreach (var type in Commands) rig.Command(type, body);
        return Settle(rig);
    }

    private static bool Damage(byte[] noise, NonNegativeInt at)
    {
        using var rig = new SessionRig();
        rig.Stream();
        byte[][] whole =
        [
            rig.RequestBytes(1, 0, packet: SessionRig.Packet((7u, CameraFabric.Sensors.Controls.ControlValue.From(5L)))),
            rig.Message(CameraCommand.AttachBuffer, [.. SessionRig.BytesOf(new AttachBufferCommand(rig.Session.Generation, 0, 9, 1, 0, 0)),
                .. SessionRig.BytesOf(new MemoryEntry(DriverRing.AddressOf(1 << 20), SessionRig.FrameBytes, 0))]),
            rig.Message(CameraCommand.Try, [.. SessionRig.BytesOf(new ConfigureCommand(0, 1)), .. SessionRig.BytesOf(SessionRig.Wanted())]),
        ];
        for (var i = 0; i < whole.Length; i++)
        {
            for (var j = 0; j < noise.Length; j++) whole[i][(at.Get * 13 + j * 7) % whole[i].Length] = noise[j];
            rig.Send(i == 0 ? CameraWire.RequestQueue : CameraWire.ControlQueue, whole[i], 1024);
        }

        return Settle(rig);
    }

    // Whatever is still held can be ended, and then nothing is.
    private static bool Settle(SessionRig rig)
    {
        for (var i = 0; i < 10; i++)
        {
            rig.Clock.Advance(10_000_000_000);
            rig.Session.OnTick();
        }

        rig.Session.Stop();
        var isBroken = rig.Session.State == SessionState.Broken;
        var isSettled = rig.Session.InFlight == 0 && rig.Session.AttachedBytes == 0
            && (isBroken || Enumerable.Range(0, CameraWire.QueueCount).All(i => rig.Queue(i).Held == 0));
        return isSettled && rig.Host.Violations.Count == (isBroken ? 1 : 0) && rig.Host.Violations.All(reason => reason.Length > 20);
    }
}

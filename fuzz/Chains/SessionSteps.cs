using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fuzz.Inputs;

namespace CameraFabric.Fuzz.Chains;

/// <summary>Makes steps of a session: right in form, with a number here and there that is not.</summary>
internal static class SessionSteps
{
    private static readonly uint[] Formats = [.. FuzzCamera.Profiles[0].Formats.Select(offer => offer.Format.Value)];
    private static readonly uint[] Controls = [.. FuzzCamera.Profiles[0].Controls.Select(control => control.Id), 0x8000_0000, 0];

    /// <summary>Every second step is what no driver does to its ring and memory.</summary>
    public static Step Hostile(FuzzRandom random)
    {
        if (random.Chance(2)) return Commands(random);
        switch (random.Below(10))
        {
            case 0: return Step.Of(StepKind.Poke, Place(random)).With(Noise(random, 1 + random.Below(24)));
            case 1 or 2: return Step.Of(StepKind.PokeMessage, Few(random, 3), (ulong)random.Below(120), (ulong)random.Below(4),
                random.Hostile());
            case 3: return Step.Of(StepKind.Descriptor, Few(random, 3), Few(random, 16), Address(random), Length(random), Few(random, 8),
                Few(random, 18));
            case 4: return Step.Of(StepKind.TableEntry, Few(random, 3), Few(random, 6), Address(random), Length(random), Few(random, 8),
                Few(random, 8));
            case 5: return Step.Of(StepKind.Available, Few(random, 3), Few(random, 3), random.Chance(8) ? random.Hostile() : Few(random,
                17));
            case 6: return Step.Of(StepKind.AvailableIndex, Few(random, 3), random.Chance(8) ? random.Hostile() : Few(random, 4));
            case 7: return Step.Of(StepKind.Pump, Few(random, 3), Few(random, 3));
            case 8: return Step.Of(StepKind.Send, Few(random, 3), Room(random), Few(random, 16)).With(Noise(random, random.Below(96)));
            default:
                var step = Commands(random);
                return step.Kind is StepKind.Command ? step.With(4, step.E | SessionTarget.Unserved)
                    : step.Kind is StepKind.Request ? step.With(5, step.F | (SessionTarget.Unserved << 16)) : step;
        }
    }

    /// <summary>Commands, requests, and what the camera and the clock do.</summary>
    public static Step Commands(FuzzRandom random)
    {
        switch (random.Below(20))
        {
            case 0 or 1: return Configure(random);
            case 2 or 3: return Attach(random);
            case 4: return Command(random, CameraCommand.Start, Words(0, 0, random.Chance(3) ? (uint)random.Hostile() : 0, 0));
            case 5:
                var packet = Packet(random);
                return Command(random, CameraCommand.Start, [.. Words(0, 0, (uint)packet.Length, 0), .. packet]);
            case 6:
                var type = random.Pick<CameraCommand>([CameraCommand.Stop, CameraCommand.Flush, CameraCommand.Release,
                    CameraCommand.DetachBuffer]);
                return Command(random, type, Words(0, 0, (uint)Few(random, 5), 0));
            case 7:
                packet = Packet(random);
                type = random.Pick<CameraCommand>([CameraCommand.SetControls, CameraCommand.GetControls]);
                return Command(random, type, [.. Words((uint)Few(random, 2), (uint)packet.Length), .. packet], patch: false);
            case 8:
                type = random.Pick<CameraCommand>(
                    [CameraCommand.AcquireOwner, CameraCommand.ReleaseOwner, CameraCommand.ClockSample, CameraCommand.GetCapabilities]);
                return Command(random, type, Words((uint)Few(random, 2), (uint)random.Hostile(), 0, 0), patch: false);
            case 9 or 10 or 11: return Request(random);
            case 12: return Step.Of(StepKind.EventBuffers, 1 + Few(random, 6), Room(random));
            case 13 or 14: return Step.Of(StepKind.Answer, random.Chance(3) ? Few(random, 15) : 0, random.Chance(4) ? Few(random, 4) : 0);
            case 15 or 16: return Step.Of(StepKind.Frame, Few(random, 5), Few(random, 4), Few(random, 8), Few(random, 12), Few(random, 2));
            case 17: return Step.Of(StepKind.Claim, Few(random, 5));
            case 18: return Step.Of(StepKind.Tick, random.Chance(2) ? 1_000_000_000 : random.Hostile());
            default: return Camera(random);
        }
    }

    private static Step Camera(FuzzRandom random) => random.Below(10) switch
    {
        0 => Step.Of(StepKind.Source, Few(random, 4), Few(random, 9)),
        1 => Step.Of(StepKind.Controls, Few(random, 9), random.Pick<uint>(Controls), random.Hostile(), Few(random, 40)),
        2 => Step.Of(StepKind.Dropped, random.Hostile(), Few(random, 4), random.Hostile()),
        3 => Step.Of(StepKind.Owner, Few(random, 3), Few(random, 2)),
        4 => Step.Of(StepKind.CameraConfiguration, Few(random, 4)),
        5 => Step.Of(StepKind.Loss, Few(random, 8), Few(random, 3), Few(random, 9)),
        6 => Step.Of(StepKind.StreamTimeout, Few(random, 9)),
        7 => Step.Of(StepKind.StopQueue, Few(random, 3)),
        8 => Step.Of(StepKind.Reset),
        _ => Step.Of(StepKind.Setup, Few(random, 3), Few(random, 3), Few(random, 4), Few(random, 4), Few(random, 17), random.Hostile()),
    };

    private static Step Configure(FuzzRandom random)
    {
        var isTry = random.Chance(4);
        var wanted = default(StreamConfig) with
        {
            FourCC = random.Chance(8) ? (uint)random.Next() : random.Pick<uint>(Formats),
            Width = random.Chance(4) ? (uint)random.Hostile() : FuzzCamera.Width,
            Height = random.Chance(4) ? (uint)random.Hostile() : FuzzCamera.Height,
            IntervalNumerator = random.Chance(4) ? (uint)random.Hostile() : 1,
            IntervalDenominator = random.Chance(4) ? (uint)random.Hostile() : 30,
        };
        var body = new byte[ConfigureCommand.Bytes + StreamConfig.Bytes];
        CameraWire.Write(body, new ConfigureCommand(0, random.Chance(16) ? (uint)random.Hostile() : 1));
        CameraWire.Write(body.AsSpan(ConfigureCommand.Bytes), wanted);
        return Command(random, isTry ? CameraCommand.Try : CameraCommand.Configure, body, patch: false);
    }

    private static Step Attach(FuzzRandom random)
    {
        var pieces = random.Chance(3) ? 1 + random.Below(6) : 1;
        var body = new byte[AttachBufferCommand.Bytes + (pieces * MemoryEntry.Bytes)];
        var buffer = (uint)Few(random, 5);
        var count = random.Chance(16) ? (uint)random.Hostile() : (uint)pieces;
        CameraWire.Write(body, new AttachBufferCommand(
            0, 0, buffer, count, random.Chance(6) ? AttachFlags.More : 0, random.Chance(6) ? (uint)Few(random, 7) : 0));
        for (var i = 0; i < pieces; i++)
        {
            var place = random.Chance(8) ? Address(random) : GuestRam.AddressOf(GuestRam.Frames + (int)(buffer * 1024) + (i * 192));
            var length = random.Chance(8) ? (uint)Length(random) : (uint)(FuzzCamera.FrameBytes / pieces) + 16;
            var plane = random.Chance(4) ? (uint)Few(random, 3) : 0;
            CameraWire.Write(body.AsSpan(AttachBufferCommand.Bytes + (i * MemoryEntry.Bytes)), new MemoryEntry(place, length, plane));
        }

        return Command(random, CameraCommand.AttachBuffer, body);
    }

    private static Step Request(FuzzRandom random)
    {
        var step = Step.Of(StepKind.Request, Few(random, 5), Few(random, 2), random.Chance(3) ? Few(random, 12) : 0,
            random.Chance(4) ? random.Hostile() : 0, random.Chance(12) ? random.Hostile() : 1, Room(random));
        return random.Chance(2) ? step.With(Packet(random)) : step;
    }

    private static byte[] Packet(FuzzRandom random)
    {
        var count = random.Chance(8) ? random.Below(70) : random.Below(4);
        var target = new byte[ControlPacketWriter.Measure(count, count * 64)];
        var writer = new ControlPacketWriter(target, count);
        Span<byte> value = stackalloc byte[64];
        for (var i = 0; i < count; i++)
        {
            var type = (byte)(1 + random.Below(8));
            var elements = random.Chance(4) ? random.Below(5) : 1;
            for (var j = 0; j < value.Length; j += 8) CameraWire.Write(value[j..], random.Chance(2) ? random.Hostile() : Few(random, 1000));
            var bytes = Math.Min(64, PacketItem.ElementBytes(type) * elements);
            var id = count > 8 ? (uint)i : random.Pick<uint>(Controls);
            if (!writer.TryAdd(id, type, (ushort)elements, value[..bytes])) break;
        }

        var packet = target[..writer.Finish()];
        if (packet.Length > 0 && random.Chance(4)) CameraWire.Write(packet.AsSpan(random.Below(packet.Length / 4) * 4),
            (uint)random.Hostile());
        return packet;
    }

    private static Step Command(FuzzRandom random, CameraCommand type, byte[] body, bool patch = true) => Step.Of(
        StepKind.Command, random.Chance(40) ? random.Hostile() & 0xffff : (ulong)type, patch ? 1ul : 0, random.Chance(40)
            ? random.Hostile() : 0,
        Room(random), random.Chance(2) ? 4 : Few(random, 8), random.Chance(100) ? 1ul : 0).With(body);

    private static ulong Few(FuzzRandom random, int below) => (ulong)random.Below(below);

    private static ulong Room(FuzzRandom random) => random.Chance(4) ? (ulong)random.Below(400) : 384;

    private static ulong Length(FuzzRandom random) => random.Chance(2) ? (ulong)random.Below(0x400) : random.Hostile();

    private static ulong Place(FuzzRandom random) => random.Chance(2)
        ? (ulong)(GuestRam.Rings + (random.Below(3) * GuestRam.RingBytes) + random.Below(0x1c8))
        : (ulong)random.Below(GuestRam.Bytes);

    private static ulong Address(FuzzRandom random) => random.Below(4) switch
    {
        0 => random.Hostile(),
        1 => GuestRam.Regions[random.Below(3)].GuestAddress + random.Pick<ulong>([0, 0x3f0, 0x400, 0x43f8, 0x4400,
            0x4800]) - (ulong)random.Below(32),
        _ => GuestRam.AddressOf((int)Place(random)),
    };

    private static byte[] Words(params ReadOnlySpan<uint> words) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(words).ToArray();

    private static byte[] Noise(FuzzRandom random, int length)
    {
        var noise = new byte[length];
        for (var i = 0; i < length; i += 4) BitConverter.TryWriteBytes(noise.AsSpan(i), (uint)random.Hostile());
        return noise;
    }
}

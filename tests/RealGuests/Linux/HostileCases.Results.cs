using CameraFabric.Device.Camera.Wire;
using static CameraFabric.RealGuests.Tests.Linux.HostileBlob;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>Lies in results, in control packets and in events.</summary>
internal static partial class HostileCases
{
    private static IEnumerable<HostileCase> Results()
    {
        yield return Honest;
        yield return Head("another's tag", h => h with { Header = h.Header with { Tag = h.Header.Tag + 1 } }, 0);
        yield return Head("another's id", h => h with { RequestId = h.RequestId - 1 }, 0);
        yield return Head("a length of 0", h => h with { Header = h.Header with { Length = 0 } }, 0);
        yield return Head("more than it wrote", h => h with { Header = h.Header with { Length = uint.MaxValue } }, 0);
        yield return Head("a status that is none", h => h with { Header = h.Header with { Status = (CameraStatus)uint.MaxValue } }, 0);
        yield return Head("flags that are none", h => h with { Flags = (ResultFlags)(uint.MaxValue & ~(uint)ResultFlags.Corrupt), Reserved = uint.MaxValue }, 3);
        yield return Head("no buffers", h => h with { BufferCount = 0 }, 0);
        yield return Head("buffers without limit", h => h with { BufferCount = uint.MaxValue }, 0);
        yield return Head("buffers that overflow", h => h with { BufferCount = 0x0800_0001 }, 0);
        yield return Head("metadata beyond the room", h => h with { MetadataBytes = uint.MaxValue }, 0);
        yield return Head("metadata that it did not write", h => h with { MetadataBytes = h.MetadataBytes + 8 }, 0);
        yield return Head("times at their end", h => h with { StartOfExposure = ulong.MaxValue, Done = 0 }, 3);
        yield return Head("times at their beginning", h => h with { StartOfExposure = 0, Done = ulong.MaxValue }, 3);
        yield return Head("drops without limit", h => h with { DroppedBefore = uint.MaxValue }, 3);
        yield return Head("frame 0", h => h with { FrameNumber = 0 }, 3);
        yield return Head("the last frame", h => h with { FrameNumber = ulong.MaxValue }, 3);
        yield return Head("frames that go back", h => h with { FrameNumber = 1000 - h.FrameNumber }, 3);
        yield return Head("NO_SOURCE, with a source", h => h with { Header = h.Header with { Status = CameraStatus.NoSource } }, 0);
        yield return Head("STALE, without a reason", h => h with { Header = h.Header with { Status = CameraStatus.Stale } }, 0);
        yield return Head("INTERNAL, again and again", h => h with { Header = h.Header with { Status = CameraStatus.Internal } }, 0);
        yield return Part("more used than the plane has", b => b with { BytesUsed = All(Width * 2 * Height + 1) }, 0);
        yield return Part("used without limit", b => b with { BytesUsed = All(uint.MaxValue) }, 0);
        yield return Part("nothing used", b => b with { BytesUsed = default }, 0);
        yield return Part("another buffer", b => b with { BufferId = b.BufferId + 1 }, 0);
        yield return Part("another stream", b => b with { StreamId = 1 }, 0);
        yield return Part("a buffer that failed", b => b with { Status = CameraStatus.Internal, Flags = (BufferFlags)uint.MaxValue }, 0);

        static HostileCase Head(string name, Func<ResultHeader, ResultHeader> lie, int frames) => new(name)
        {
            Result = (_, honest) => new([.. Bytes(lie(CameraWire.Read<ResultHeader>(honest))), .. honest[ResultHeader.Bytes..]]), Probes = true, Frames = frames,
        };

        static HostileCase Part(string name, Func<BufferResult, BufferResult> lie, int frames) => new(name)
        {
            Result = (_, honest) => new([.. honest[..ResultHeader.Bytes], .. Bytes(lie(CameraWire.Read<BufferResult>(honest.AsSpan(ResultHeader.Bytes)))),
                .. honest[(ResultHeader.Bytes + BufferResult.Bytes)..]]),
            Probes = true, Frames = frames,
        };
    }

    // Exposure, 8 bytes: the honest packet that the others are made from.
    private static byte[] Packet(PacketItem item, PacketHeader? head = null, byte[]? data = null) =>
        [.. Bytes(head ?? new PacketHeader(1, 40, 1, 32)), .. Bytes(item), .. data ?? [0, 0, 1, 0, 0, 0, 0, 0]];

    private static IEnumerable<(string Name, byte[] Packet, int? Frames)> Lies()
    {
        var item = new PacketItem(Exposure.Id, 4, ItemFlags.Applied, 1, 32, 0);
        yield return ("another version", Packet(item, new(9, 40, 1, 32)), 0);
        yield return ("longer than it is", Packet(item, new(1, 4000, 1, 32)), 0);
        yield return ("without limit", Packet(item, new(1, uint.MaxValue, uint.MaxValue, uint.MaxValue - 7)), 0);
        yield return ("a hundred thousand items", Packet(item, new(1, 40, 100_000, 32)), 0);
        yield return ("items whose bytes overflow", Packet(item, new(1, 40, 0x1000_0002, 32)), 0);
        yield return ("values within the items", Packet(item with { Offset = 16 }), 0);
        yield return ("values behind the end", Packet(item with { Offset = 40 }), 0);
        yield return ("values at the end of the world", Packet(item with { Offset = uint.MaxValue - 7 }), 0);
        yield return ("values that are not aligned", Packet(item with { Offset = 33 }), 0);
        yield return ("values without limit", Packet(item with { Count = ushort.MaxValue }), 0);
        yield return ("shorter than its header", [1, 0, 0, 0, 40, 0, 0, 0], 0);
        yield return ("a type that is none", Packet(item with { Type = 99 }), 3);
        yield return ("another type", Packet(item with { Type = 3 }), 3);
        yield return ("no value", Packet(item with { Count = 0 }), 3);
        yield return ("a value out of range", Packet(item, null, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), 3);
        yield return ("a menu's value out of range", Packet(new(Pattern.Id, 3, ItemFlags.Applied, 1, 32, 0), null, [0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0]), 3);
        yield return ("late without end", Packet(item with { Flags = (ItemFlags)0xff, Argument = uint.MaxValue }), 3);
        yield return ("more bytes than the control has", Packet(new(0x8001_0002, 2, ItemFlags.Applied, 16, 32, 0), new(1, 48, 1, 32), new byte[16]), 3);
        yield return ("a trigger's value", Packet(new(0x8001_0003, 1, ItemFlags.Applied, 1, 32, 0)), 3);
    }

    private static IEnumerable<HostileCase> Packets()
    {
        yield return Honest;
        foreach (var (name, packet, frames) in Lies())
        {
            yield return new($"{name}: in results, in answers and in events")
            {
                Result = (_, honest) =>
                {
                    var head = CameraWire.Read<ResultHeader>(honest);
                    var length = ResultHeader.Bytes + BufferResult.Bytes + packet.Length;
                    return new([.. Bytes(head with { Header = head.Header with { Length = (uint)length }, MetadataBytes = (uint)packet.Length }),
                        .. honest[ResultHeader.Bytes..(ResultHeader.Bytes + BufferResult.Bytes)], .. packet]);
                },
                Answer = (command, _, honest) => command is CameraCommand.SetControls or CameraCommand.GetControls ? Said(honest, packet) : new(honest),
                Event = n => n < 8 ? new(Changed(packet)) : null,
                Probes = true, Frames = frames,
            };
        }

        static byte[] Changed(byte[] packet) =>
            [.. Bytes(new CameraEvent(CameraEventType.ControlChanged, CameraEventFlags.Truncated, (uint)(56 + packet.Length), 1, 0, 0, 0, 0, 0, 0, 1)), .. packet];
    }

    private static IEnumerable<HostileCase> Events()
    {
        var stream = new CameraEvent(CameraEventType.Stream, 0, 56, 1, 0, 0, 0, 1, 0, 0, 0);
        yield return Honest;
        yield return Few("a type that is none", stream with { Type = (CameraEventType)0x7777, Flags = (CameraEventFlags)0xffff });
        yield return Few("a length of 0", stream with { Length = 0 });
        yield return Few("more than it wrote", stream with { Length = uint.MaxValue });
        yield return new("nothing used") { Event = n => n < 8 ? new([]) : null, Probes = true, Frames = 3 };
        yield return new("7 bytes used") { Event = n => n < 8 ? new(Bytes(stream)[..7]) : null, Probes = true, Frames = 3 };
        yield return new("more used than there is room") { Event = n => n < 8 ? new(Bytes(stream)) { Used = uint.MaxValue } : null, Probes = true, Frames = 3 };
        yield return Few("numbers at their end", new CameraEvent(CameraEventType.FrameDrop, (CameraEventFlags)0xffff, 56, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue,
            uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue));
        yield return Few("errors", stream with { Type = CameraEventType.Error, Code = uint.MaxValue });
        yield return Few("lost, back, lost, back", stream with { Type = CameraEventType.Source, Code = (uint)SourceEvent.Lost },
            stream with { Type = CameraEventType.Source, Code = (uint)SourceEvent.Back });
        yield return Few("owner, not owner", stream with { Type = CameraEventType.Owner, Code = (uint)OwnerEvent.Gained },
            stream with { Type = CameraEventType.Owner, Code = (uint)OwnerEvent.Forced });
        yield return new("another source") { Event = n => n < 8 ? new(Bytes(stream with { Type = CameraEventType.Source, Code = (uint)SourceEvent.Changed })) : null, Probes = true };
        yield return new("before there is a camera") { EventsAtOnce = true, Event = Rotating(64), Probes = true };
        yield return new("a flood") { Event = Rotating(int.MaxValue), Probes = true };
        // With an end: with one processor, each step of loading, using and unloading the driver would wait for the flood.
        yield return new("a flood from the first moment on") { EventsAtOnce = true, Event = Rotating(20_000), Probes = true };

        static HostileCase Few(string name, params CameraEvent[] events) =>
            new(name) { Event = n => n < 32 ? new(Bytes(events[n % events.Length])) : null, Probes = true, Frames = 3 };

        static Func<int, HostileReply?> Rotating(int most) => n => n >= most ? null
            : new(Bytes(new CameraEvent((CameraEventType)(4 + n % 6), (CameraEventFlags)(n & 1), 56, (ulong)n, 0, 0, 0, 1 + (uint)n % 2, 0, 0, (uint)n & 1)));
    }
}

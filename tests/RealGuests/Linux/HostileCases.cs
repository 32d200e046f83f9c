using System.Globalization;
using CameraFabric.Device.Camera.Wire;
using static CameraFabric.RealGuests.Tests.Linux.HostileBlob;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>What devices lie about, by what carries the lie. The cases of a group share one boot of a guest.</summary>
internal static partial class HostileCases
{
    public static IReadOnlyDictionary<string, HostileCase[]> Groups { get; } = new Dictionary<string, HostileCase[]>
    {
        ["configuration space"] = [.. ConfigurationSpace()],
        ["capabilities"] = [.. Capabilities()],
        ["controls"] = [.. Controls()],
        ["pieces of the capabilities"] = [.. Pieces()],
        ["answers"] = [.. Answers()],
        ["silence"] = [.. Silence()],
        ["used ring"] = [.. UsedRing()],
        ["configurations"] = [.. Configurations()],
        ["results"] = [.. Results()],
        ["packets"] = [.. Packets()],
        ["events"] = [.. Events()],
        ["gone"] = [new("gone with the first request") { Vanishes = true }],
    };

    /// <summary>Every group begins with a device that does not lie: what is asked of the others can be had.</summary>
    private static HostileCase Honest => new("honest") { Probes = true, Frames = 3 };

    private static IEnumerable<HostileCase> ConfigurationSpace()
    {
        yield return Honest;
        yield return new("version 2") { Config = honest => honest with { Version = 2 << 16 }, Probes = false };
        yield return new("all bits set") { Config = _ => CameraWire.Read<CameraConfig>([.. Enumerable.Repeat((byte)0xff, CameraConfig.Bytes)]), Probes = false };
        yield return new("no request in flight") { Config = honest => honest with { MaximumInFlight = 0 }, Probes = false };
        yield return new("everything as large as can be")
        {
            Config = honest => honest with
            {
                Flags = (CameraConfigFlags)uint.MaxValue, StreamCount = uint.MaxValue, MaximumInFlight = uint.MaxValue, MaximumRequestBytes = uint.MaxValue,
                MaximumResultBytes = uint.MaxValue, PipelineDepth = uint.MaxValue, CapabilityBytes = uint.MaxValue,
            },
            Probes = true,
        };
        yield return new("requests too short") { Config = honest => honest with { MaximumRequestBytes = 1 }, Probes = false };
        yield return new("results too short") { Config = honest => honest with { MaximumResultBytes = 16 }, Probes = false };
        yield return new("another state each time") { Config = Flicker(), Probes = true };
        yield return new("changes without end") { ConfigStorm = true, Config = Flicker(), Probes = true };
    }

    // The flags are others whenever they are read: owner or not, with a source or without, with controls for frames or without.
    private static Func<CameraConfig, CameraConfig> Flicker()
    {
        var reads = 0;
        return honest => honest with { Flags = (CameraConfigFlags)(reads++ * 5 & 0x1f) };
    }

    private static IEnumerable<HostileCase> Capabilities()
    {
        yield return Honest;
        foreach (var (name, blob) in new (string, byte[])[]
        {
            ("empty", []),
            ("cut off in a record", HostileBlob.Honest()[..^20]),
            ("a record without length", Record(CapabilityRecordType.Format, new FormatRecord(0, Yuyv, 0, 1, 1, 0), Bytes(Size), length: 0)),
            ("a record beyond the end", Record(CapabilityRecordType.Format, new FormatRecord(0, Yuyv, 0, 1, 1, 0), Bytes(Size), length: uint.MaxValue)),
            ("a record of 9 bytes", Record(CapabilityRecordType.Format, new FormatRecord(0, Yuyv, 0, 1, 1, 0), Bytes(Size), length: 9)),
            ("no formats", HostileBlob.Controls()),
            ("no sizes", Format([])),
            ("more sizes than there are", Format(uint.MaxValue, Size)),
            ("sizes beyond the record", Format(0x0555_5556, Size)),
            ("width 0", Format(Size with { MinimumWidth = 0, MaximumWidth = 0 })),
            ("width without limit", Format(Size with { MaximumWidth = uint.MaxValue })),
            ("no interval", Format(Size with { ShortestDenominator = 0 })),
        })
        {
            yield return new(name) { Capabilities = () => blob, Probes = false };
        }

        yield return new("least above most") { Capabilities = () => [.. Format(Size with { MinimumWidth = 4000, MinimumHeight = 4000 }), .. Format(Size)] };
        yield return new("steps that overflow")
        {
            Capabilities = () => Format(Size with { MinimumWidth = 1, StepWidth = uint.MaxValue, StepHeight = 0, MaximumBytes = uint.MaxValue }),
        };
        yield return new("intervals of nothing") { Capabilities = () => Format(Size with { ShortestNumerator = 0, LongestNumerator = 0 }) };
        yield return new("intervals without end") { Capabilities = () => Format(Size with { LongestNumerator = uint.MaxValue, LongestDenominator = 1 }) };
        yield return new("a thousand formats") { Capabilities = () => [.. Enumerable.Range(0, 1000).SelectMany(_ => Format(Size))], Probes = true };
        yield return new("records nobody knows")
        {
            Capabilities = () => [.. Record((CapabilityRecordType)0xffff, 0UL), .. HostileBlob.Honest(), .. Record(CapabilityRecordType.Camera, 0UL)], Probes = true, Frames = 3,
        };
        yield return new("text without an end") { Capabilities = () => [.. Camera().Select((b, i) => i is >= 8 and < 72 ? (byte)0xff : b), .. Format(Size)], Probes = true };
    }

    private static IEnumerable<HostileCase> Controls()
    {
        yield return Honest;
        var hostile = Exposure with { Id = 0x8001_0001, Name = Text32.From("Hostile"), Unit = default };
        Text32 endless = default;
        ((Span<byte>)endless).Fill((byte)'%');
        foreach (var several in new (string Name, ControlRecord Control, byte[] Menu)[]
        {
            ("a menu beyond the record", Pattern with { Id = 0x8001_0001, MenuCount = uint.MaxValue }, PatternMenu),
            ("a menu that is not there", Pattern with { Id = 0x8001_0001, MenuCount = 0x0666_6667 }, []),
            ("a menu of strange values", Pattern with { Id = 0x8001_0001, Minimum = 0, Maximum = 0, MenuCount = 2 },
                [.. Bytes(new MenuRecord(long.MinValue, Text32.From("low"))), .. Bytes(new MenuRecord(long.MaxValue, Text32.From("high")))]),
            ("a menu without names", Pattern with { Id = 0x8001_0001, Default = 77 }, [.. Enumerable.Range(0, 3).SelectMany(i => Bytes(new MenuRecord(i * 31, default)))]),
            ("a name without an end", hostile with { Name = endless }, []),
            ("least above most", hostile with { Minimum = 10, Maximum = 5 }, []),
            ("step 0", hostile with { Step = 0 }, []),
            ("a negative step", hostile with { Step = long.MinValue }, []),
            ("a step whose lower half is 0", hostile with { Minimum = 0, Maximum = long.MaxValue, Step = 1L << 32 }, []),
            ("a step over the whole range", hostile with { Minimum = long.MinValue, Maximum = long.MaxValue, Step = long.MaxValue }, []),
            ("a step over half of 32 bits", hostile with { Type = 3, Minimum = int.MinValue, Maximum = int.MaxValue, Step = 0x8000_0000 }, []),
            ("a default out of range", hostile with { Default = long.MinValue }, []),
            ("limits beyond its type", hostile with { Type = 3, Minimum = long.MinValue, Maximum = long.MaxValue }, []),
            ("limits of one byte beyond it", hostile with { Type = 2, Minimum = -5, Maximum = 1000, MaximumCount = 64 }, []),
            ("a type that is none", hostile with { Type = 200 }, []),
            ("a direction and a scope that are none", hostile with { Direction = 0, Scope = 77 }, []),
            ("no elements", hostile with { MaximumCount = 0 }, []),
            ("too many elements", hostile with { MaximumCount = ushort.MaxValue }, []),
            ("more elements at least than at most", hostile with { MinimumCount = 9, MaximumCount = 2 }, []),
            ("an array of rectangles", hostile with { Type = 6, MaximumCount = 4 }, []),
            ("an array of switches", hostile with { Type = 1, MaximumCount = 64 }, []),
            ("a trigger of 64 bits", hostile with { Flags = 1 }, []),
            ("an id that is there already", Exposure with { Type = 1 }, []),
        }.Chunk(6))
        {
            yield return new(string.Join("; ", several.Select(one => one.Name)))
            {
                Capabilities = () => [.. HostileBlob.Honest(), .. several.SelectMany((one, i) => Control(Numbered(one.Control, i), one.Menu))],
                Probes = true, Frames = 3,
            };
        }

        yield return new("a thousand controls")
        {
            Capabilities = () => [.. HostileBlob.Honest(), .. Enumerable.Range(0, 1000).SelectMany(i => Control(hostile with { Id = 0x8002_0000 + (uint)i * 7 }))], Probes = true, Frames = 3,
        };
        yield return new("ids that fall on one another")
        {
            Capabilities = () => [.. HostileBlob.Honest(), .. new uint[] { 0x1007, 0x2007, 0x8001_1000, 0xffff_ffff, 0, 0x8008_0001 }.SelectMany(id => Control(hostile with { Id = id }))],
            Probes = true, Frames = 3,
        };

        // Controls that share a camera have ids and names of their own, but for those whose lie that is.
        ControlRecord Numbered(ControlRecord control, int number) => control.Id != hostile.Id ? control : control with
        {
            Id = 0x8001_0010 + (uint)number,
            Name = control.Name.Equals(endless) ? endless : Text32.From(string.Create(CultureInfo.InvariantCulture, $"Hostile {number}")),
        };
    }

    private static IEnumerable<HostileCase> Pieces()
    {
        yield return Honest;
        yield return Caps("a total that changes", (n, r) => r with { Total = r.Total + (uint)n * 8 });
        yield return Caps("a generation that changes", (n, r) => r with { Generation = (ulong)n });
        yield return Caps("a piece from elsewhere", (_, r) => r with { Offset = 8 });
        yield return Caps("a total of 4 GiB", (_, r) => r with { Total = uint.MaxValue });
        yield return Caps("a total of 0", (_, r) => r with { Total = 0 });
        yield return Caps("a total that never comes", (_, r) => r with { Total = r.Total + 4096 });
        yield return new("byte by byte, without end")
        {
            Answer = (command, _, honest) => command != CameraCommand.GetCapabilities ? new(honest) : Said(honest, honest[16..33]),
            Capabilities = () => new byte[1 << 20], Probes = false,
        };

        static HostileCase Caps(string name, Func<int, GetCapabilitiesReply, GetCapabilitiesReply> lie) => new(name)
        {
            // More than one piece.
            Capabilities = () => [.. HostileBlob.Honest(), .. Enumerable.Range(0, 100).SelectMany(_ => Record((CapabilityRecordType)99, default(Text64)))],
            Answer = (command, n, honest) => command != CameraCommand.GetCapabilities ? new(honest)
                : Said(honest, [.. Bytes(lie(n, CameraWire.Read<GetCapabilitiesReply>(honest.AsSpan(16)))), .. honest[32..]]),
            Probes = false,
        };
    }

    /// <summary>Another reply to the same command.</summary>
    private static HostileReply Said(byte[] honest, byte[] body) =>
        new([.. Bytes(CameraWire.Read<ResponseHeader>(honest) with { Length = (uint)(16 + body.Length) }), .. body]);
}

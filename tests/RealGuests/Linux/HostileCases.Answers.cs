using CameraFabric.Device.Camera.Wire;
using static CameraFabric.RealGuests.Tests.Linux.HostileBlob;

namespace CameraFabric.RealGuests.Tests.Linux;

/// <summary>Lies in answers to commands, and in the used ring.</summary>
internal static partial class HostileCases
{
    private static IEnumerable<HostileCase> Answers()
    {
        yield return Honest;
        yield return Head("another's tag", h => h with { Tag = h.Tag + 1 }, false);
        yield return Head("a status that is none", h => h with { Status = (CameraStatus)uint.MaxValue }, false);
        yield return Head("a length of 0", h => h with { Length = 0 }, false);
        yield return Head("a length below the header's", h => h with { Length = 15 }, false);
        yield return Head("more than it wrote", h => h with { Length = h.Length + 8 }, false);
        yield return Head("more than there is room for", h => h with { Length = uint.MaxValue }, false);
        yield return new("not even a header") { Answer = (_, _, honest) => new(honest[..7]), Probes = false };
        yield return new("nothing") { Answer = (_, _, _) => new([]), Probes = false };
        yield return new("headers alone") { Answer = (_, _, honest) => Said(honest, []), Probes = false };
        yield return On("BUSY to START", CameraCommand.Start, h => h with { Status = CameraStatus.Busy });
        yield return On("STALE to STOP", CameraCommand.Stop, h => h with { Status = CameraStatus.Stale });
        yield return On("INTERNAL to RELEASE", CameraCommand.Release, h => h with { Status = CameraStatus.Internal });
        yield return On("NO_MEMORY to BUF_ATTACH", CameraCommand.AttachBuffer, h => h with { Status = CameraStatus.NoMemory });
        yield return On("another's tag to BUF_DETACH", CameraCommand.DetachBuffer, h => h with { Tag = 0 });
        yield return On("another's tag to CLOCK_SAMPLE", CameraCommand.ClockSample, h => h with { Tag = 0 });
        yield return new("a clock at its end")
        {
            Answer = (command, n, honest) => command != CameraCommand.ClockSample ? new(honest)
                : Said(honest, Bytes(new ClockSampleReply(n % 2 == 0 ? ulong.MaxValue : 0, 99, uint.MaxValue))),
            Probes = true, Frames = 3,
        };

        static HostileCase Head(string name, Func<ResponseHeader, ResponseHeader> lie, bool probes) =>
            new(name) { Answer = (_, _, honest) => new(Lied(honest, lie)), Probes = probes };

        static HostileCase On(string name, CameraCommand about, Func<ResponseHeader, ResponseHeader> lie) =>
            new(name) { Answer = (command, _, honest) => new(command == about ? Lied(honest, lie) : honest), Probes = true };
    }

    private static byte[] Lied(byte[] honest, Func<ResponseHeader, ResponseHeader> lie) =>
        [.. Bytes(lie(CameraWire.Read<ResponseHeader>(honest))), .. honest[ResponseHeader.Bytes..]];

    /// <summary>Each costs the driver its time-out.</summary>
    private static IEnumerable<HostileCase> Silence()
    {
        yield return Honest with { Silent = true };
        yield return Silent("no capabilities", CameraCommand.GetCapabilities, HostileReply.Never) with { Probes = false };
        yield return Silent("no answer to CONFIGURE", CameraCommand.Configure, HostileReply.Never) with { Frames = 0 };
        yield return Silent("no answer to STOP", CameraCommand.Stop, HostileReply.Never) with { Frames = 3 };
        yield return new("an answer to START when the driver has given up")
        {
            Answer = (command, _, honest) => new(honest) { AtTheEnd = command == CameraCommand.Start }, Probes = true, Frames = 0,
        };
        yield return new("no answer to SET_CONTROLS")
        {
            Answer = (command, _, honest) => command == CameraCommand.SetControls ? HostileReply.Never : new(honest),
            Probes = true, Frames = 3,
        };
        yield return new("requests that STOP leaves out")
        {
            Result = (n, honest) => n < 3 ? new(honest) : HostileReply.Never, Probes = true, Frames = 3,
        };

        static HostileCase Silent(string name, CameraCommand about, HostileReply reply) =>
            new(name) { Answer = (command, _, honest) => command == about ? reply : new(honest), Probes = true };
    }

    private static IEnumerable<HostileCase> UsedRing()
    {
        yield return Honest;
        yield return new("a result of 0 bytes used") { Result = (_, honest) => new(honest) { Used = 0 }, Probes = true, Frames = 0 };
        yield return new("more used than there is room")
        {
            Result = (_, honest) => new(honest) { Used = uint.MaxValue }, Probes = true, Frames = 3,
        };
        yield return new("answers with more used than there is room") { Answer = (_, _, honest) => new(honest) { Used = uint.MaxValue } };
        yield return new("a request given back twice") { Result = (_, honest) => new(honest) { Twice = true } };
        yield return new("a chain that is not out") { Result = (_, honest) => new(honest) { Head = 200 } };
        yield return new("a chain beyond the ring") { Result = (_, honest) => new(honest) { Head = ushort.MaxValue } };
        yield return new("entries that it did not write") { Result = (n, honest) => new(honest) { Jump = (ushort)(n == 2 ? 999 : 0) } };
        yield return new("an answer given back twice")
        {
            Answer = (command, _, honest) => new(honest) { Twice = command == CameraCommand.Stop }, Probes = true, Frames = 3,
        };
        yield return new("an event given back twice")
        {
            Event = n => n < 3 ? new(Bytes(new CameraEvent(CameraEventType.Stream, 0, 56, 1, 0, 0, 0, 1, 0, 0, 0))) { Twice = true } : null,
            Probes = true,
        };
    }

    private static IEnumerable<HostileCase> Configurations()
    {
        yield return Honest;
        yield return Configure("planes larger than the buffers", c => c with { PlaneSize = All(Width * Height * 4) });
        yield return Configure("planes of a gigabyte", c => c with { PlaneCount = 4, PlaneSize = All(0x4000_0000) });
        yield return Try("planes of a gigabyte", c => c with { PlaneCount = 4, PlaneSize = All(0x4000_0000) });
        yield return Configure("planes that overflow", c => c with { PlaneCount = 4, PlaneSize = All(0x4000_0001) });
        yield return Configure("a stride shorter than a line", c => c with { Stride = All(Width) });
        yield return Configure("a stride without limit", c => c with { Stride = All(uint.MaxValue) });
        yield return Try("a stride without limit", c => c with { Stride = All(uint.MaxValue) });
        yield return Configure("no planes", c => c with { PlaneCount = 0 });
        yield return Configure("more planes than there can be", c => c with { PlaneCount = uint.MaxValue });
        yield return Configure("planes of nothing", c => c with { PlaneSize = default });
        yield return Configure("no width", c => c with { Width = 0 });
        yield return Configure("no end of the picture", c => c with { Width = uint.MaxValue, Height = uint.MaxValue });
        yield return Configure("another format", c => c with { FourCC = 0x3432_4258 });
        yield return Configure("no format", c => c with { FourCC = 0 });
        yield return Configure("an interval of nothing", c => c with { IntervalNumerator = 0 });
        yield return Configure("an interval without end", c => c with { IntervalNumerator = uint.MaxValue, IntervalDenominator = 1 }, 3);
        yield return Try("an interval without end", c => c with { IntervalNumerator = uint.MaxValue, IntervalDenominator = 1 });
        yield return Configure("least buffers above most", c => c with { MinimumBuffers = uint.MaxValue, MaximumBuffers = 0 }, 3);
        yield return Try("least buffers above most", c => c with { MinimumBuffers = uint.MaxValue, MaximumBuffers = 0 });
        yield return Configure("another stream", c => c with { StreamId = 1 });
        yield return new("no streams") { Answer = Configured((head, c) => (head with { StreamCount = 0 }, c), false), Probes = false };
        yield return new("no generation")
        {
            Answer = Configured((head, c) => (head with { Generation = 0 }, c), true), Probes = true, Frames = 0,
        };

        // The program is told the truth at first.
        static HostileCase Configure(string name, Func<StreamConfig, StreamConfig> lie, int frames = 0) =>
            new($"CONFIGURE: {name}") { Answer = Configured((head, c) => (head, lie(c)), true), Probes = true, Frames = frames };

        // Or never: what the driver takes for possible is what programs then work with.
        static HostileCase Try(string name, Func<StreamConfig, StreamConfig> lie) =>
            new($"TRY: {name}") { Answer = Configured((head, c) => (head, lie(c)), false) };

        static Func<CameraCommand, int, byte[], HostileReply> Configured(
            Func<ConfigureReply, StreamConfig, (ConfigureReply, StreamConfig)> lie, bool configureOnly) => (command, _, honest) =>
        {
            if (command != CameraCommand.Configure && (configureOnly || command != CameraCommand.Try)) return new(honest);
            var (head, stream) = lie(CameraWire.Read<ConfigureReply>(honest.AsSpan(16)), CameraWire.Read<StreamConfig>(honest.AsSpan(24)));
            return Said(honest, [.. Bytes(head), .. Bytes(stream)]);
        };
    }

    private static PlaneNumbers All(uint number)
    {
        PlaneNumbers all = default;
        ((Span<uint>)all).Fill(number);
        return all;
    }
}

using System.Runtime.InteropServices;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Fuzz.Chains;
using CameraFabric.Fuzz.Inputs;

namespace CameraFabric.Fuzz.Messages;

/// <summary>Makes messages: most of them such as a VMM could send, with a number here and there that it would not.</summary>
internal static class MessageSteps
{
    private const ulong Features = VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors | VirtioFeatures.EventIndex
        | VirtioFeatures.ProtocolFeatures;

    private static readonly FrontendRequest[] Requests = Enum.GetValues<FrontendRequest>();

    public static Step Any(FuzzRandom random)
    {
        var queue = (uint)random.Below(random.Chance(20) ? 300 : CameraWire.QueueCount);
        return random.Below(24) switch
        {
            0 => Message(random, FrontendRequest.SetFeatures, Wide(random.Chance(4) ? random.Hostile()
                : Features & ~(random.Next() & (1UL << 29)))),
            1 => Message(random, FrontendRequest.SetProtocolFeatures, Wide((ulong)ProtocolFeatures.All & ~(random.Chance(2) ? 0
                : random.Next()))),
            2 or 3 => MemoryTable(random),
            4 => Message(random, FrontendRequest.AddMemReg, [.. Wide(0), .. Region(random, random.Below(3))], 0, 1),
            5 => Message(random, FrontendRequest.RemMemReg, [.. Wide(0), .. Region(random, random.Below(3))]),
            6 => Message(random, FrontendRequest.SetVringNum, Words(queue, random.Chance(3) ? (uint)random.Hostile() : 16)),
            7 => Address(random, queue),
            8 => Message(random, FrontendRequest.SetVringBase, Words(queue, random.Chance(3) ? (uint)random.Hostile() : 0)),
            9 => Message(random, FrontendRequest.GetVringBase, Words(queue, 0)),
            10 or 11 => Signal(random, FrontendRequest.SetVringKick, queue),
            12 => Signal(random, random.Chance(2) ? FrontendRequest.SetVringCall : FrontendRequest.SetVringErr, queue),
            13 or 14 => Message(random, FrontendRequest.SetVringEnable, Words(queue, random.Chance(12) ? (uint)random.Hostile()
                : (uint)random.Below(2))),
            15 => Message(random, FrontendRequest.SetBackendReqFd, [], random.Chance(4) ? random.Below(DescriptorKit.Kinds) : 2, 1),
            16 => Message(random, random.Chance(2) ? FrontendRequest.GetConfig : FrontendRequest.SetConfig,
                [.. Words((uint)random.Hostile(), (uint)random.Hostile(), 0), .. new byte[random.Below(16)]]),
            17 => Message(random, FrontendRequest.VringKick, Words(queue, 0)),
            18 => Message(random, random.Pick<FrontendRequest>([FrontendRequest.ResetDevice, FrontendRequest.SetOwner,
                FrontendRequest.GetStatus]), []),
            19 => Message(random, FrontendRequest.SetStatus, Wide(random.Chance(2) ? 0 : random.Hostile())),
            20 => Step.Of(StepKind.Kick, queue),
            21 => Step.Of(StepKind.Publish, queue, random.Chance(10) ? random.Hostile() : (ulong)random.Below(4)),
            22 => random.Chance(4)
                ? Step.Of(StepKind.Cut, (ulong)random.Below(40))
                : Step.Of(StepKind.Poke, (ulong)(GuestRam.Rings + random.Below(0xc00))).With(Wide(random.Hostile())),
            _ => Message(random, random.Pick<FrontendRequest>(Requests), new byte[random.Below(64)], random.Below(DescriptorKit.Kinds),
                random.Below(3)),
        };
    }

    private static Step MemoryTable(FuzzRandom random)
    {
        var count = random.Chance(8) ? random.Below(9) : GuestRam.Regions.Length;
        var payload = new List<byte>(Words(random.Chance(12) ? (uint)random.Hostile() : (uint)count, 0));
        for (var i = 0; i < count; i++) payload.AddRange(Region(random, i % GuestRam.Regions.Length));
        return Message(random, FrontendRequest.SetMemTable, [.. payload], 0, count);
    }

    private static byte[] Region(FuzzRandom random, int index)
    {
        var region = GuestRam.Regions[index];
        Span<ulong> words = [region.GuestAddress, region.Size, region.FrontendAddress, region.MappingOffset];
        if (random.Chance(6)) words[random.Below(4)] = random.Hostile();
        return MemoryMarshal.AsBytes(words).ToArray();
    }

    private static Step Address(FuzzRandom random, uint queue)
    {
        var place = GuestRam.Rings + ((int)(queue % CameraWire.QueueCount) * GuestRam.RingBytes);
        Span<ulong> words =
        [
            queue, GuestRam.FrontendAddressOf(place), GuestRam.FrontendAddressOf(place + 0x140),
                GuestRam.FrontendAddressOf(place + 0x100), 0,
        ];
        if (random.Chance(6)) words[random.Below(words.Length)] = random.Hostile();
        return Message(random, FrontendRequest.SetVringAddr, MemoryMarshal.AsBytes(words).ToArray());
    }

    private static Step Signal(FuzzRandom random, FrontendRequest request, uint queue)
    {
        var hasNone = random.Chance(6);
        var kind = random.Chance(5) ? random.Below(DescriptorKit.Kinds) : 1;
        return Message(random, request, Wide(hasNone ? queue | 0x100 : queue), kind, hasNone ? 0 : 1);
    }

    private static Step Message(FuzzRandom random, FrontendRequest request, byte[] payload, int kind = 0, int count = 0)
    {
        if (random.Chance(30)) kind = random.Below(DescriptorKit.Kinds);
        if (random.Chance(30)) count = random.Below(66);
        var excess = random.Chance(60) ? random.Hostile() & 0xffffffff : 0;
        var number = random.Chance(60) ? (ulong)random.Below(50) : (ulong)request;
        var flags = random.Chance(60) ? random.Hostile() & 0xffffffff : random.Chance(2) ? 8ul : 0;
        return Step.Of(StepKind.Message, number, flags, excess, (ulong)kind, (ulong)count).With(payload);
    }

    private static byte[] Words(params ReadOnlySpan<uint> words) => MemoryMarshal.AsBytes(words).ToArray();

    private static byte[] Wide(ulong word) => BitConverter.GetBytes(word);
}

using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Fuzz.Chains;
using CameraFabric.Fuzz.Inputs;
using CameraFabric.Fuzz.Messages;
using CameraFabric.Fuzz.Running;
using CameraFabric.Fuzz.Targets;
using CameraFabric.Platform;

namespace CameraFabric.Fuzz.Tests;

/// <summary>Each oracle speaks when the device does what it must not: here a hand does it in the device's place.</summary>
[Collection(nameof(OneAtATime))]
public sealed class OracleTests
{
    // A place in no region, one in a region that no chain names, and the used ring of the control queue.
    private const int BetweenRegions = 0x4900;
    private const int Unnamed = 0x4700;
    private const int UsedRing = GuestRam.Rings + 0x140;

    [Theory]
    [InlineData(BetweenRegions)]
    [InlineData(Unnamed)]
    [InlineData(GuestRam.Rings)]
    [InlineData(0)]
    public void A_byte_where_nothing_let_the_device_write_is_found(int place) =>
        AssertFound("which nothing let it write", target => Scribble(target, place, 1));

    [Fact]
    public void A_chain_given_back_twice_is_found() => AssertFound("which the device does not have", target =>
    {
        // The entry that is there already, once more.
        Scribble(target, UsedRing + 4 + 8, target.Ram.Now[UsedRing + 4]);
        Scribble(target, UsedRing + 2, (byte)(target.Ram.Now[UsedRing + 2] + 1));
    });

    [Fact]
    public void A_length_beyond_the_room_is_found() => AssertFound("which has room for", target =>
    {
        // CONFIGURE waits for the camera, so the device has its chain, of head 0; this gives it back with 0xff00 bytes.
        Scribble(target, UsedRing + 4 + 5, 0xff);
        Scribble(target, UsedRing + 2, 1);
    },
    "command type=17 room=384 shape=4 bytes=0000000001000000" + new string('0', 2 * StreamConfig.Bytes));

    [Fact]
    public void A_frame_that_is_not_given_back_is_found() => AssertFound("frames are still leased", target =>
        target.Pool.TryRent()!.Publish());

    [Fact]
    public void A_chain_that_is_never_given_back_is_found() => AssertFound("holds 1 chains",
        target => Assert.NotNull(target.Queue(CameraWire.EventQueue).TryPop()), "send queue=1 room=64 shape=8");

    [Fact]
    public void A_refusal_of_what_is_right_is_found() => AssertFound("gives nothing, where there is Chain",
        target => target.Queue(CameraWire.EventQueue).TryPop(), "send queue=1 room=64 shape=8", "pump queue=1");

    [Fact]
    public void Requests_that_are_in_flight_after_the_reset_are_found()
    {
        // A request that nobody claimed is ended by the reset; one that was claimed behind the fuzzer's back is not.
        var steps = ScriptText.Read(File.ReadAllText(Path.Combine(FuzzTargets.CorpusFolder(), "commands", "delivery-outlives-a-stop.txt")));
        using var target = new SessionTarget("commands", SessionSteps.Commands)
        {
            Defect = (_, target) => target.Host.Armed.LastOrDefault()?.TryClaim(),
        };
        Assert.Contains("requests are still in flight", Findings.Try(target, steps, new Observations()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_memory_table_that_stays_in_use_is_found()
    {
        MemoryTable? kept = null;
        using var target = new SessionTarget("chains", SessionSteps.Hostile, 1) { Defect = (_, t) => (kept ??= t.Ram.Table).TryEnter() };
        Assert.Contains("still in use", Findings.Try(target, Script("tick ns=1"), new Observations()), StringComparison.Ordinal);
        kept!.Leave();
    }

    [Fact]
    public void An_exception_that_is_not_documented_is_found() =>
        AssertFound("InvalidTimeZoneException", _ => throw new InvalidTimeZoneException("planted"));

    [Fact]
    public void A_descriptor_that_stays_open_is_found()
    {
        var kept = new List<EventFd>();
        using var target = new MessageTarget { Defect = _ => kept.Add(EventFd.Create()) };
        Assert.Contains("1 descriptors more are open", Findings.Try(target, [], new Observations()), StringComparison.Ordinal);
        foreach (var signal in kept) signal.Dispose();
    }

    [Fact]
    public void A_mapping_that_stays_is_found()
    {
        var kept = new List<MappedMemory>();
        using var target = new MessageTarget();
        target.Defect = _ => kept.Add(MappedMemory.Map(target.GuestFile, 0, 4096, MapAccess.ReadWrite));
        Assert.Contains("mappings of guest memory", Findings.Try(target, [], new Observations()), StringComparison.Ordinal);
        foreach (var mapping in kept) mapping.Dispose();
    }

    [Fact]
    public void A_finding_is_made_short()
    {
        var steps = Script("tick ns=1", "event-buffers count=3 room=64", "source what=0", "tick ns=2", "source what=1");
        var shorter = Findings.Shorten(MakeTarget, steps, Findings.Try(MakeTarget(), steps, new Observations())!);
        Assert.Equal("source what=1\n", ScriptText.Write(shorter));

        // Offended by whatever posts the event of a source that is back.
        static IFuzzTarget MakeTarget()
        {
            var wasLost = false;
            return new SessionTarget("chains", SessionSteps.Hostile)
            {
                Defect = (_, target) =>
                {
                    wasLost |= target.Session.QueuedEvents > 0 || target.Session.Counters.Events > 1;
                    if (wasLost) throw new FindingException("planted");
                },
            };
        }
    }

    private static void AssertFound(string what, Action<SessionTarget> defect, params string[] lines)
    {
        var steps = Script(lines.Length == 0 ? ["command type=96 room=64 shape=4"] : lines);
        using var target = new SessionTarget("chains", SessionSteps.Hostile)
        {
            // After the first step the device has answered, or holds, what it was given.
            Defect = (step, target) =>
            {
                if (step == 0) defect(target);
            },
        };
        var finding = Findings.Try(target, steps, new Observations());
        Assert.Contains(what, finding ?? "nothing", StringComparison.Ordinal);
    }

    private static Step[] Script(params string[] lines) => ScriptText.Read(string.Join('\n', lines));

    // As the device does: past the guest's own copy.
    private static void Scribble(SessionTarget target, int place, byte value)
    {
        using var device = MappedMemory.Map(target.Ram.File, 0, GuestRam.Bytes, MapAccess.ReadWrite);
        device.Write(place, 1)[0] = value;
    }
}

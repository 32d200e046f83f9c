using System.Runtime.InteropServices;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>Back-ends that are gone without a word, and the next one on the same rings (INFLIGHT_SHMFD).</summary>
public sealed class InflightTests
{
    [Fact]
    public void What_a_back_end_held_when_it_went_is_given_to_the_next_one_first()
    {
        using var rig = new Rig(new EchoDevice { Holds = true, Forgets = true }).Negotiate().ShareMemory();
        using var area = rig.Track();
        rig.Run();
        rig.Ask(value: 1);
        rig.Ask(value: 2);
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 2, Rig.Soon));
        Assert.All(rig.Device.Held, chain => Assert.False(chain.WasInFlight));

        rig.Ask(value: 3); // made available in between, with nobody to hear the kick
        rig.Replace(new EchoDevice { Holds = true });
        rig.Track(area);
        rig.RunOn();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 3, Rig.Soon));
        Assert.Equal([true, true, false], rig.Device.Held.Select(chain => chain.WasInFlight));
        Assert.Equal(2, rig.Device.Queue(0)!.InFlightAtStart);
        foreach (var chain in rig.Device.Held) rig.Device.Echo(chain);
        foreach (var value in (byte[])[1, 2, 3])
        {
            Assert.True(rig.Rings[0].TryReap(out var tag, out _));
            Assert.Equal(value, tag);
        }
    }

    [Fact]
    public void A_ring_goes_on_over_many_back_ends()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        using var area = rig.Track();
        rig.Run();
        rig.AskAndExpectEcho(value: 1);
        for (byte life = 2; life < 10; life++)
        {
            rig.Replace();
            rig.Track(area);
            rig.RunOn();
            Assert.True(rig.Calls[0].Wait(Rig.Soon), "no call came with the start");
            rig.AskAndExpectEcho(value: life);
        }
    }

    [Fact]
    public void A_call_that_was_lost_is_made_up_for_when_the_ring_starts()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        using var area = rig.Track();
        rig.Run();
        rig.Ask(value: 7);
        rig.Kicks[0].Signal();
        Assert.True(rig.Calls[0].Wait(Rig.Soon)); // and taken, as if it had never come
        rig.Replace();
        rig.Track(area);
        rig.RunOn();
        rig.ExpectEcho(value: 7);
    }

    [Fact]
    public void What_a_device_gives_back_when_the_connection_ends_stays_in_flight()
    {
        using var rig = new Rig(new EchoDevice { Holds = true }).Negotiate().ShareMemory();
        using var area = rig.Track();
        rig.Run();
        rig.Ask();
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 1, Rig.Soon));
        rig.Replace(); // the device gives back all it holds
        Assert.Equal(0, rig.Rings[0].UsedIndex);
        rig.Track(area);
        rig.RunOn();
        rig.ExpectEcho();
    }

    [Fact]
    public void Without_the_memory_a_device_gives_back_what_it_holds_when_the_connection_ends()
    {
        using var rig = new Rig(new EchoDevice { Holds = true }).Negotiate().ShareMemory();
        rig.Run();
        rig.Ask();
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 1, Rig.Soon));
        rig.Replace();
        Assert.Equal(1, rig.Rings[0].UsedIndex);
    }

    [Fact]
    public void A_chain_that_the_device_forgot_when_its_ring_stopped_is_given_again()
    {
        using var rig = new Rig(new EchoDevice { Holds = true, Forgets = true }).Negotiate().ShareMemory();
        using var area = rig.Track();
        rig.Run();
        rig.Ask();
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 1, Rig.Soon));
        Assert.Equal(1, rig.Frontend.GetVringBase(0));
        rig.Device.Holds = false;
        rig.RunOn();
        rig.ExpectEcho();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_driver_that_resets_the_device_begins_with_new_rings_and_nothing_saved(bool byStatus)
    {
        using var rig = new Rig(new EchoDevice { Holds = true, Forgets = true, SavedStateBytes = 8 }).Negotiate().ShareMemory();
        using var area = rig.Track();
        rig.Run();
        rig.Ask();
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 1, Rig.Soon));
        Assert.True(rig.Device.Saved!.TryWriteWord(0, 5));
        if (byStatus) rig.Frontend.SetStatus(0);
        else rig.Frontend.ResetDevice();
        rig.Device.Holds = false;
        rig.Run();
        rig.AskAndExpectEcho();
        Assert.True(rig.Device.Saved!.TryReadWord(0, out var word));
        Assert.Equal(0UL, word);
        Assert.Equal(2, rig.Device.Told.Count(what => what == "saved state, fresh"));
    }

    [Fact]
    public void A_device_that_was_told_for_a_ring_that_did_not_start_is_reset_and_told_again()
    {
        using var rig = new Rig(new EchoDevice { SavedStateBytes = 8 }).Negotiate().ShareMemory();
        using var area = rig.Track();
        var ring = rig.Program();
        rig.Frontend.SetVringAddr(0, ring.Addresses with { Used = TestMemory.FrontendBase - 4096 });
        rig.Kick();
        Assert.Throws<VhostUserException>(() => rig.Frontend.SetVringEnable(0, true));
        rig.Frontend.SetStatus(0);
        rig.Run();
        Assert.Equal(["saved state, fresh", "reset", "saved state, fresh", "started 0"], rig.Device.Told.Take(4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_memory_comes_from_another_process_and_is_guarded_while_the_guard_has_a_place(bool isTaken)
    {
        var guard = new MemoryGuard(1);
        using var file = InflightMemory.CreateFile(3, 8, 0);
        using var taken = isTaken ? Foreign() : null;
        using (var memory = InflightMemory.Map(new WireInflight((ulong)file.Size, 0, 3, 8), file.Descriptor, 0, guard, _ => { }))
        {
            Assert.Null(memory.DescribeLoss());
            using var none = Foreign();
            Assert.False(none.IsGuarded);
        }

        using var next = Foreign();
        Assert.Equal(!isTaken, next.IsGuarded);

        MappedMemory Foreign() => MappedMemory.MapForeign(file.Descriptor, 0, 4096, MapAccess.ReadWrite, guard, () => { });
    }

    [Fact]
    public void What_a_device_saves_is_there_in_its_next_life()
    {
        using var rig = new Rig(new EchoDevice { SavedStateBytes = 100 }).Negotiate().ShareMemory();
        using var area = rig.Track();
        Assert.Empty(rig.Device.Told);
        rig.Run();
        rig.Run(1);
        var saved = rig.Device.Saved!;
        Assert.Equal(["saved state, fresh", "started 0"], rig.Device.Told.Take(2));
        Assert.Equal(100, saved.Length);
        Assert.True(saved.TryWrite(90, [1, 2, 3]));
        Assert.True(saved.TryWriteWord(8, 77));
        Assert.Throws<ArgumentOutOfRangeException>(() => saved.TryWrite(98, [1, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => saved.TryRead(-1, new byte[1]));

        rig.Replace(new EchoDevice { SavedStateBytes = 100 });
        Assert.False(saved.TryWrite(0, [1]));
        Assert.False(saved.TryRead(0, new byte[1]));
        Assert.False(saved.TryWriteWord(0, 1));
        Assert.False(saved.TryReadWord(0, out _));
        rig.Track(area);
        rig.RunOn();
        Assert.Equal(["saved state", "started 0"], rig.Device.Told.Take(2));
        var bytes = new byte[3];
        Assert.True(rig.Device.Saved!.TryRead(90, bytes));
        Assert.Equal([1, 2, 3], bytes);
        Assert.True(rig.Device.Saved.TryReadWord(8, out var word));
        Assert.Equal(77UL, word);
    }

    [Fact]
    public void A_device_that_saves_nothing_is_told_of_nothing()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        using var area = rig.Track();
        rig.Run();
        Assert.Equal(["started 0", "kicked 0"], rig.Device.Told.Take(2));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(24)]
    public void The_memory_is_new_sealed_and_as_large_as_it_says(int bytes)
    {
        using var rig = new Rig(new EchoDevice { SavedStateBytes = 5000 }).Negotiate();
        var question = new byte[bytes];
        MemoryMarshal.Write(question, new WireInflight(1, 2, 3, 256));
        rig.Send((uint)FrontendRequest.GetInflightFd, question);
        using var bag = new DescriptorBag();
        var answer = new byte[12 + bytes];
        Assert.True(rig.Socket.ReceiveExactly(answer, bag, Rig.Soon));
        Assert.Equal(new MessageHeader(31, 5, (uint)bytes), MemoryMarshal.Read<MessageHeader>(answer));

        // Three queues of 16 + 256 * 16 bytes, each at a multiple of 64, then whole pages, then whole pages of the device.
        var wire = MemoryMarshal.Read<WireInflight>(answer.AsSpan(12));
        Assert.Equal(new WireInflight((4 + 2) * 4096, 0, 3, 256), wire);
        using var file = MemoryFile.FromDescriptor(bag.Take());
        Assert.Equal((long)wire.Size, file.Size);
        Assert.Equal(MemorySeals.Shrink | MemorySeals.Grow | MemorySeals.Seal, file.Seals);
        using var memory = file.Map(MapAccess.ReadOnly);
        Assert.False(memory.Read(0, (int)wire.Size).ContainsAnyExcept((byte)0));
    }
}

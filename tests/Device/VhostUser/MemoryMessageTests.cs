using System.Runtime.InteropServices;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;
using Microsoft.Win32.SafeHandles;

namespace CameraFabric.Device.Tests.VhostUser;

public sealed class MemoryMessageTests
{
    [Fact]
    public void The_table_is_replaced_under_running_rings_and_held_chains_keep_the_old_one()
    {
        using var rig = new Rig(new EchoDevice { Holds = true }).Negotiate().ShareMemory();
        rig.Run();
        rig.Ask(value: 3);
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 1, Rig.Soon));
        var chain = rig.Device.Held[0];
        var before = chain.Memory;

        rig.ShareMemory();
        Assert.False(before.IsReleased);
        Assert.Same(before, chain.Memory);
        rig.Device.Echo(chain);
        rig.ExpectEcho(value: 3);
        Assert.True(before.IsReleased);
        rig.Device.Holds = false;
        rig.AskAndExpectEcho(value: 4);
    }

    [Fact]
    public void Memory_beyond_the_guests_budget_is_refused_and_a_connection_that_ends_gives_back_what_it_had()
    {
        var budget = new MemoryBudget(8, (1 << 20) + 1);
        var options = new VhostUserOptions { MemoryBudget = budget };
        using (var first = new Rig(options: options).Negotiate().ShareMemory())
        {
            using var second = new Rig(options: options).Negotiate();
            Assert.Throws<VhostUserException>(() => second.ShareMemory());
            Assert.Equal(1, budget.Regions);

            // The same again under running rings is no more than before; one that is refused by a ring leaves all as it was.
            first.Run();
            first.ShareMemory();
            Assert.Throws<VhostUserException>(
                () => first.Frontend.SetMemTable([first.Guest.Region with { FrontendAddress = 0x1000 }], [first.Guest.File.Descriptor]));
            Assert.Equal(1, budget.Regions);
            first.AskAndExpectEcho();
        }

        Assert.Equal(0, budget.Regions);
        using var third = new Rig(options: options).Negotiate().ShareMemory();
    }

    [Fact]
    public void A_writer_that_stays_does_not_hide_a_defect_nor_keep_anything_but_its_memory()
    {
        var budget = new MemoryBudget(8, 1 << 20);
        var options = new VhostUserOptions { MemoryBudget = budget, StopTimeout = TimeSpan.FromMilliseconds(1) };
        using var rig = new Rig(options: options).Negotiate().ShareMemory();
        rig.Run();
        rig.Run(1);
        var queue = rig.Device.Queue(1)!;
        Assert.True(queue.TryBeginWrite());
        rig.Device.OnTold = what => { if (what == "stopping 0") throw new InvalidOperationException("a defect"); };
        rig.Frontend.Dispose();
        Assert.Equal("a defect", rig.Failure()?.Message);
        Assert.Equal(0, budget.Regions);
        queue.EndWrite();
    }

    [Fact]
    public void A_table_without_a_running_ring_is_refused_and_the_ring_goes_on()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run(0);
        rig.Run(1);
        Assert.Throws<VhostUserException>(
            () => rig.Frontend.SetMemTable([rig.Guest.Region with { FrontendAddress = 0x1000 }], [rig.Guest.File.Descriptor]));
        rig.AskAndExpectEcho(0);
        rig.AskAndExpectEcho(1);
    }

    [Fact]
    public void Chains_left_behind_pin_a_bounded_number_of_tables()
    {
        using var rig = new Rig(new EchoDevice { Holds = true }).Negotiate().ShareMemory();
        rig.Program(size: 64);
        rig.Call();
        rig.Kick();
        rig.Frontend.SetVringEnable(0, true);
        var pinned = 0;
        Assert.Throws<VhostUserException>(() =>
        {
            while (pinned < 60)
            {
                rig.Ask();
                rig.Kicks[0].Signal();
                Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == pinned + 1, Rig.Soon));
                rig.ShareMemory();
                pinned++;
            }
        });
        Assert.InRange(pinned, 16, 40);

        rig.Device.Echo(rig.Device.Held[0]);
        rig.ShareMemory();
    }

    [Fact]
    public void Earlier_tables_have_a_bounded_number_of_regions_mapped_and_a_refused_change_leaves_none()
    {
        var budget = new MemoryBudget(100, 1L << 40);
        var name = $"many-{Guid.NewGuid():N}";
        var options = new VhostUserOptions { MaximumMemoryRegions = 4, MemoryBudget = budget };
        using (var rig = new Rig(new EchoDevice { Holds = true }, options).Negotiate())
        using (var file = MemoryFile.Create(name, 3 * 4096))
        {
            MemoryRegion[] regions = [rig.Guest.Region, .. Enumerable.Range(1, 3).Select(i => Page((ulong)i))];
            FileDescriptor[] files = [rig.Guest.File.Descriptor, .. Enumerable.Repeat(file.Descriptor, 3)];
            rig.Frontend.SetMemTable(regions, files);
            rig.Run();
            for (var tables = 1; tables < 3; tables++)
            {
                Hold(rig, tables);
                rig.Frontend.SetMemTable(regions, files);
                Assert.Equal(3 * (tables + 1), Mapped(name));
            }

            Hold(rig, 3);
            Assert.Throws<VhostUserException>(() => rig.Frontend.SetMemTable(regions, files));
            Assert.Equal((9, 4), (Mapped(name), budget.Regions));

            // What takes nothing more is not refused; nor is anything, once what was held is back.
            rig.Frontend.RemMemReg(Page(3));
            Assert.Throws<VhostUserException>(() => rig.Frontend.AddMemReg(Page(3), file.Descriptor));
            rig.Device.Echo(rig.Device.Held[0]);
            rig.Frontend.AddMemReg(Page(3), file.Descriptor);
        }

        Assert.Equal((0, 0), (Mapped(name), budget.Regions));

        static MemoryRegion Page(ulong number) => new(number * 4096, 4096, number * 4096, (number - 1) * 4096);
        static int Mapped(string name) => File.ReadLines("/proc/self/maps").Count(line => line.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public void Memory_of_an_earlier_table_that_is_gone_is_the_reason_and_not_the_guest_that_read_zeros()
    {
        // The loss ends the connection, maybe while this thread still reads: the chain is not given back meanwhile, and the stop waits.
        using var rig = new Rig(new EchoDevice { Holds = true, Forgets = true }).Negotiate().ShareMemory();
        using var loose = MemoryFile.Create("loose", 8192, MemorySeals.Seal);
        var region = new MemoryRegion(0x9000_0000, 8192, 0x1000, 0);
        rig.Frontend.AddMemReg(region, loose.Descriptor);
        var ring = rig.Run();
        ring.Add([(region.GuestAddress + 4096, 4, false), (DriverRing.AddressOf(ring.Buffers), 4, true)], false);
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 1, Rig.Soon));
        rig.Frontend.RemMemReg(region);

        using (var handle = new SafeFileHandle(loose.Descriptor.Number, ownsHandle: false)) RandomAccess.SetLength(handle, 4096);
        rig.Device.Held[0].Read(0, new byte[4]);
        Assert.Contains("was shrunk from 8192 to 4096 bytes", rig.Backend.Break("the guest sent zeros"), StringComparison.Ordinal);
        Assert.Contains("was shrunk from 8192 to 4096 bytes", rig.End().Message, StringComparison.Ordinal);
    }

    private static void Hold(Rig rig, int held)
    {
        rig.Ask();
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == held, Rig.Soon));
    }

    [Fact]
    public void Regions_are_added_and_removed_under_a_running_ring()
    {
        using var rig = new Rig().Negotiate();
        using var extra = MemoryFile.Create("extra", 8192);
        var region = new MemoryRegion(0x9000_0000, 8192, 0x1000, 0);
        rig.Frontend.AddMemReg(rig.Guest.Region, rig.Guest.File.Descriptor);
        var ring = rig.Run();
        Assert.Throws<VhostUserException>(() => rig.Frontend.RemMemReg(region));
        rig.Frontend.AddMemReg(region, extra.Descriptor);
        Assert.Throws<VhostUserException>(() => rig.Frontend.AddMemReg(region, extra.Descriptor));

        using var bytes = extra.Map(MapAccess.ReadWrite);
        bytes.Write(16, 4).Fill(5);
        if (ring.Add([(region.GuestAddress + 16, 4, false), (region.GuestAddress + 4096, 4, true)], false)) rig.Kicks[0].Signal();
        Assert.True(rig.Calls[0].Wait(Rig.Soon));
        Assert.Equal([5, 5, 5, 5], bytes.Read(4096, 4).ToArray());
        Assert.True(ring.TryReap(out _, out _));
        ring.WantCalls();

        rig.Frontend.RemMemReg(region);
        Assert.Throws<VhostUserException>(() => rig.Frontend.RemMemReg(rig.Guest.Region));
        rig.AskAndExpectEcho();
    }

    [Fact]
    public void As_many_regions_as_announced_can_be_added_and_no_more()
    {
        using var rig = new Rig(options: new VhostUserOptions { MaximumMemoryRegions = 12 }).Negotiate();
        Assert.Equal(12, rig.Frontend.GetMaxMemSlots());
        for (ulong i = 0; i < 12; i++)
        {
            rig.Frontend.AddMemReg(new MemoryRegion(i * 0x1000, 0x1000, i * 0x1000, 0), rig.Guest.File.Descriptor);
        }

        Assert.Throws<VhostUserException>(
            () => rig.Frontend.AddMemReg(new MemoryRegion(0x10_0000, 0x1000, 0x10_0000, 0), rig.Guest.File.Descriptor));
    }

    [Fact]
    public void A_table_may_have_room_for_more_regions_than_it_has()
    {
        // 72 bytes: two slots, one region.
        using var rig = new Rig().Negotiate();
        var payload = new byte[72];
        payload[0] = 1;
        MemoryMarshal.Write(payload.AsSpan(8), new WireRegion(0x4000_0000, 0x1000, 0x4000_0000, 0));
        rig.Send((uint)FrontendRequest.SetMemTable, payload, 9, null, rig.Guest.File.Descriptor);
        Assert.Equal(0UL, rig.ReceiveWord(FrontendRequest.SetMemTable));
    }

    [Fact]
    public void A_descriptor_with_the_removal_of_a_region_is_closed_and_no_error()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        var (guest, size, frontend, _) = rig.Guest.Region;
        var region = new SingleRegion(0, new WireRegion(guest, size, frontend, 99));
        rig.Send(FrontendRequest.RemMemReg, region, 9, rig.Guest.File.Descriptor);
        Assert.Equal(0UL, rig.ReceiveWord(FrontendRequest.RemMemReg));
    }

    public static TheoryData<string, ulong, ulong, ulong, ulong> Bad => new()
    {
        { "empty", 0, 0, 0, 0 },
        { "wraps in guest addresses", ulong.MaxValue, 4096, 0, 0 },
        { "wraps in front-end addresses", 0, 4096, ulong.MaxValue, 0 },
        { "wraps in the file", 0, 4096, 0, ulong.MaxValue - 100 },
        { "beyond its file", 0, (1 << 20) + 1, 0, 0 },
        { "beyond its file by its offset", 0, 1 << 20, 0, 4096 },
        { "larger than allowed", 0, 1UL << 40, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_region_that_cannot_be_is_refused(string what, ulong guest, ulong size, ulong frontend, ulong offset)
    {
        Assert.NotEmpty(what);
        using var rig = new Rig().Negotiate();
        var region = new MemoryRegion(guest, size, frontend, offset);
        Assert.Throws<VhostUserException>(() => rig.Frontend.SetMemTable([region], [rig.Guest.File.Descriptor]));
        Assert.Throws<VhostUserException>(() => rig.Frontend.AddMemReg(region, rig.Guest.File.Descriptor));
        rig.ShareMemory();
        rig.Run();
        rig.AskAndExpectEcho();
    }

    [Theory]
    [InlineData(0u, 0, 8)]
    [InlineData(2u, 1, 72)]
    [InlineData(1u, 2, 72)]
    [InlineData(1u, 0, 40)]
    [InlineData(3u, 3, 72)]
    [InlineData(9u, 8, 264)]
    [InlineData(uint.MaxValue, 8, 264)]
    public void A_table_whose_count_does_not_fit_is_refused(uint count, int descriptors, int bytes)
    {
        using var rig = new Rig().Negotiate();
        var payload = new byte[bytes];
        BitConverter.TryWriteBytes(payload, count);
        for (var i = 0; 8 + (i * 32) < bytes; i++)
        {
            MemoryMarshal.Write(payload.AsSpan(8 + (i * 32)), new WireRegion((ulong)i << 20, 4096, (ulong)i << 20, 0));
        }

        rig.Send((uint)FrontendRequest.SetMemTable, payload, 9, null, [.. Enumerable.Repeat(rig.Guest.File.Descriptor, descriptors)]);
        Assert.Equal(1UL, rig.ReceiveWord(FrontendRequest.SetMemTable));
    }

    [Fact]
    public void Memory_that_can_be_shrunk_is_refused_where_that_is_demanded()
    {
        using var rig = new Rig(options: new VhostUserOptions { RequireSealedMemory = true }).Negotiate();
        using var loose = MemoryFile.Create("loose", 4096, MemorySeals.Seal);
        Assert.Throws<VhostUserException>(() => rig.Frontend.AddMemReg(new MemoryRegion(0, 4096, 0, 0), loose.Descriptor));
        rig.ShareMemory();
    }

    [Fact]
    public void The_guest_may_put_a_ring_where_there_is_no_memory_and_only_that_start_fails()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        var ring = new DriverRing(rig.Guest, 8, Rig.Features);
        rig.Frontend.SetVringNum(0, 8);
        rig.Frontend.SetVringAddr(0, ring.Addresses with { Used = TestMemory.FrontendBase - 4096 });
        rig.Kick();
        Assert.Throws<VhostUserException>(() => rig.Frontend.SetVringEnable(0, true));
        rig.Run(1);
        rig.AskAndExpectEcho(1);
    }
}

using System.Collections.Concurrent;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Tests.GuestMemory;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>Shared memory regions over a connection: what the device maps, the driver's side sees.</summary>
public sealed class SharedMemoryTests : IDisposable
{
    private const int Page = SharedMapping.PageBytes;
    private const ProtocolFeatures Protocol =
        (ProtocolFeatures.All | ProtocolFeatures.SharedMemory) & ~ProtocolFeatures.InBandNotifications;

    private static readonly SharedMapping First = new(0, 0, 0, 2 * Page, false);
    private readonly MemoryFile _file = MemoryFile.Create("pool", 4 * Page);
    private readonly BlockingCollection<SharedMemoryOutcome> _outcomes = [];

    public void Dispose()
    {
        _file.Dispose();
        _outcomes.Dispose();
    }

    [Fact]
    public void Regions_are_offered_and_their_sizes_told_where_there_are_some()
    {
        using var rig = Sharing(4 * Page, 0, Page);
        Assert.True(rig.Frontend.GetProtocolFeatures().HasFlag(ProtocolFeatures.SharedMemory));
        var sizes = rig.Frontend.GetSharedMemoryConfig();
        Assert.Equal(256, sizes.Length);
        Assert.Equal([4 * Page, 0, Page, 0], sizes[..4]);

        using var without = new Rig().Negotiate();
        Assert.Equal(ProtocolFeatures.All, without.Frontend.GetProtocolFeatures());
        Assert.Throws<VhostUserException>(() => without.Frontend.SetProtocolFeatures(Protocol));
    }

    [Fact]
    public void What_the_device_maps_is_seen_until_it_unmaps_it()
    {
        using var rig = Sharing(4 * Page);
        using var window = Share(rig);
        using var memory = _file.Map(MapAccess.ReadWrite);
        Map(rig, First with { FileOffset = Page });
        Serve(rig);
        Assert.Equal(SharedMemoryOutcome.Done, Outcome());
        memory.Write(Page, 1)[0] = 7;
        Assert.True(window.TryRead(0, 1, static (bytes, _) => Assert.Equal(7, bytes[0]), 0));

        rig.Backend.UnmapShared(First, _outcomes.Add);
        Serve(rig);
        Assert.Equal(SharedMemoryOutcome.Done, Outcome());
        Assert.Empty(window.Mappings);
    }

    [Fact]
    public void What_the_front_end_refuses_is_told_and_the_connection_goes_on()
    {
        using var rig = Sharing(4 * Page);
        using var window = Share(rig);
        Map(rig, First);
        Map(rig, First with { Offset = Page });
        rig.Backend.UnmapShared(First with { Length = Page }, _outcomes.Add);
        using var listener = Listen(rig);
        Assert.Equal(
            [SharedMemoryOutcome.Done, SharedMemoryOutcome.Refused, SharedMemoryOutcome.Refused], [Outcome(), Outcome(), Outcome()]);
        Assert.Contains("not what was mapped", rig.Frontend.BackendMessages!.LastRefusal, StringComparison.Ordinal);
        Assert.Equal([First], window.Mappings);
    }

    [Fact]
    public void A_reset_of_the_device_takes_everything_away()
    {
        using var rig = Sharing(4 * Page);
        using var window = Share(rig);
        foreach (var reset in new Action[] { rig.Frontend.ResetDevice, () => rig.Frontend.SetStatus(0) })
        {
            Map(rig, First);
            Serve(rig);
            Assert.Equal(SharedMemoryOutcome.Done, Outcome());
            reset();
            Assert.Empty(window.Mappings);
        }
    }

    [Fact]
    public void The_main_channel_is_served_while_the_front_end_has_not_answered_on_the_other()
    {
        using var rig = Sharing(4 * Page);
        using var window = Share(rig);
        Map(rig, First);

        // As a front-end does that is in the midst of mapping: it tells of the same mapping, and waits for the answer to that.
        using var twin = new TestMemory(Page);
        rig.Frontend.AddMemReg(twin.Region with { GuestAddress = 1UL << 40, FrontendAddress = 1UL << 41 }, twin.File.Descriptor);
        Assert.Equal(3, rig.Frontend.GetQueueNum());
        Assert.Empty(_outcomes);
        Serve(rig);
        Assert.Equal(SharedMemoryOutcome.Done, Outcome());
    }

    [Fact]
    public void Sixty_four_mappings_come_back_as_memory_regions_and_none_of_them_is_taken_for_the_guests()
    {
        using var rig = Sharing(64 * Page);
        rig.Frontend.SetProtocolFeatures(Protocol);
        Assert.True(rig.Frontend.GetMaxMemSlots() > 64);
        using var pool = MemoryFile.Create("pool", 64 * Page, MemorySeals.Shrink | MemorySeals.Grow);
        pool.AddSeals(MemorySeals.Write);
        MemoryRegion At(ulong i) => new((1UL << 40) + (i * Page), Page, (1UL << 41) + (i * Page), i * Page);
        for (var i = 0UL; i < 64; i++) rig.Frontend.AddMemReg(At(i), pool.Descriptor);
        for (var i = 1UL; i < 64; i++) rig.Frontend.RemMemReg(At(i));
        rig.Run();
        rig.AskAndExpectEcho();

        // A ring in what cannot be written is no ring.
        Assert.Throws<VhostUserException>(() =>
        {
            rig.Frontend.SetVringNum(1, 8);
            rig.Frontend.SetVringAddr(1, new RingAddresses(1UL << 41, (1UL << 41) + 256, (1UL << 41) + 512));
            rig.Frontend.SetVringKick(1, null);
            rig.Frontend.SetVringEnable(1, true);
        });
    }

    [Fact]
    public void Where_it_is_not_negotiated_or_there_is_no_channel_mapping_has_failed_at_once()
    {
        using var rig = Sharing(4 * Page);
        Assert.False(rig.Backend.CanShareMemory);
        Map(rig, First);
        Assert.Equal(SharedMemoryOutcome.Failed, Outcome());

        rig.Frontend.OpenBackendChannel();
        Assert.True(rig.Backend.CanShareMemory);
        rig.Frontend.SetProtocolFeatures(Protocol & ~ProtocolFeatures.BackendSendDescriptors);
        Assert.False(rig.Backend.CanShareMemory);
        Map(rig, First);
        Assert.Equal(SharedMemoryOutcome.Failed, Outcome());
    }

    [Fact]
    public void What_is_not_of_whole_pages_inside_the_region_is_not_asked()
    {
        using var rig = Sharing(4 * Page);
        foreach (var wrong in new[]
        {
            First with { Offset = 1 }, First with { Length = 0 }, First with { Length = 5 * Page }, First with { Offset = 3 * Page },
            First with { Region = 1 }, First with { Region = -1 }, First with { FileOffset = -Page },
        })
        {
            Assert.Throws<ArgumentException>(() => Map(rig, wrong));
        }
    }

    [Fact]
    public void A_front_end_that_does_not_answer_in_time_has_failed_and_what_it_does_later_is_undone()
    {
        using var rig = Sharing(4 * Page, timeout: TimeSpan.FromMilliseconds(20));
        using var window = Share(rig);
        Map(rig, First);
        Map(rig, First with { Offset = 2 * Page });
        Assert.Equal([SharedMemoryOutcome.Failed, SharedMemoryOutcome.Failed], [Outcome(), Outcome()]);

        // Late, it maps the first; the second was never asked for. Then it is asked to take it away again.
        var channel = rig.Frontend.BackendMessages!;
        Assert.True(channel.TryReceive(GuestFrontend.Soon, out var message));
        Assert.Equal((BackendRequest.SharedMemoryMap, 1), (message.Request, window.Mappings.Count));
        Assert.True(channel.TryReceive(GuestFrontend.Soon, out message));
        Assert.Equal((BackendRequest.SharedMemoryUnmap, 0), (message.Request, window.Mappings.Count));
        Assert.Empty(_outcomes);
    }

    [Fact]
    public void What_was_to_be_taken_away_is_asked_for_also_when_its_time_is_over()
    {
        using var rig = Sharing(4 * Page, timeout: TimeSpan.FromMilliseconds(20));
        using var window = Share(rig);
        rig.Backend.UnmapShared(First, _outcomes.Add);
        rig.Backend.UnmapShared(First with { Offset = 2 * Page }, _outcomes.Add);
        Assert.Equal([SharedMemoryOutcome.Failed, SharedMemoryOutcome.Failed], [Outcome(), Outcome()]);
        for (var i = 0; i < 2; i++)
        {
            Assert.True(rig.Frontend.BackendMessages!.TryReceive(GuestFrontend.Soon, out var message));
            Assert.Equal(BackendRequest.SharedMemoryUnmap, message.Request);
        }

        Assert.Empty(_outcomes);
    }

    [Fact]
    public void A_connection_that_ends_tells_all_that_wait()
    {
        using var rig = Sharing(4 * Page);
        rig.Frontend.OpenBackendChannel();
        Map(rig, First);
        Map(rig, First with { Offset = 2 * Page });
        rig.Frontend.Dispose();
        Assert.Equal([SharedMemoryOutcome.Failed, SharedMemoryOutcome.Failed], [Outcome(), Outcome()]);
        rig.End();
        Map(rig, First);
        Assert.Equal(SharedMemoryOutcome.Failed, Outcome());
    }

    private static Rig Sharing(params long[] regions) => Sharing(regions, null);

    private static Rig Sharing(long bytes, TimeSpan timeout) => Sharing([bytes], timeout);

    private static Rig Sharing(long[] regions, TimeSpan? timeout)
    {
        var options = new VhostUserOptions { SharedMemoryTimeout = timeout ?? GuestFrontend.Soon };
        return new Rig(new EchoDevice { SharedMemoryBytes = [.. regions] }, options).Negotiate(Protocol).ShareMemory();
    }

    private static SharedMemoryWindow Share(Rig rig)
    {
        var window = new SharedMemoryWindow(rig.Frontend.GetSharedMemoryConfig()[0]);
        rig.Frontend.OpenBackendChannel().Share(0, window);
        return window;
    }

    private static void Serve(Rig rig) => Assert.True(rig.Frontend.BackendMessages!.TryReceive(GuestFrontend.Soon, out _));

    private static Listener Listen(Rig rig) => new(rig.Frontend.BackendMessages!);

    private void Map(Rig rig, in SharedMapping mapping) => rig.Backend.MapShared(mapping, _file.Descriptor, _outcomes.Add);

    private SharedMemoryOutcome Outcome()
    {
        Assert.True(_outcomes.TryTake(out var outcome, GuestFrontend.Soon), "nobody was told");
        return outcome;
    }

    // Serves the channel on a thread of its own until it is disposed.
    private sealed class Listener : IDisposable
    {
        private readonly BackendMessages _channel;
        private readonly Thread _thread;

        public Listener(BackendMessages channel)
        {
            _channel = channel;
            _thread = new Thread(() =>
            {
                while (_channel.TryReceive(GuestFrontend.Soon, out _))
                {
                }
            }) { IsBackground = true };
            _thread.Start();
        }

        public void Dispose()
        {
            _channel.Shutdown();
            Assert.True(_thread.Join(GuestFrontend.Soon));
        }
    }
}

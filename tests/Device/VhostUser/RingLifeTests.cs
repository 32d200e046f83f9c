using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>The orders in which front-ends start, stop and restart rings.</summary>
public sealed class RingLifeTests
{
    [Fact]
    public void A_ring_answers_from_start_to_stop()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        rig.AskAndExpectEcho(value: 1);
        rig.AskAndExpectEcho(value: 2);
        Assert.Equal(2, rig.Frontend.GetVringBase(0));
        // Kicks that come together are one.
        Assert.Equal(["started 0", "kicked 0", "stopping 0", "reset"], rig.Device.Told.Distinct());
    }

    [Fact]
    public void Enabling_before_the_kick_descriptor_starts_the_ring_with_the_kick_descriptor()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Program();
        rig.Call();
        rig.Ask();
        rig.Frontend.SetVringEnable(0, true);
        Assert.Empty(rig.Device.Told);
        rig.Kick();
        rig.ExpectEcho();
    }

    [Fact]
    public void What_is_available_before_the_start_is_served_without_a_kick()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Program();
        rig.Call();
        rig.Kick();
        rig.Ask();
        rig.Frontend.SetVringEnable(0, true);
        rig.ExpectEcho();
    }

    [Fact]
    public void A_started_ring_that_is_disabled_is_not_touched()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Program();
        rig.Call();
        rig.Kick();
        rig.Ask();
        rig.Kicks[0].Signal();
        Assert.Equal(3, rig.Frontend.GetQueueNum());
        Assert.Empty(rig.Device.Told);
        Assert.Equal(0, rig.Rings[0].UsedIndex);
        rig.Frontend.SetVringEnable(0, true);
        rig.ExpectEcho();
    }

    [Fact]
    public void Without_protocol_features_a_started_ring_is_enabled_at_once()
    {
        using var rig = new Rig().Negotiate(features: Rig.Features & ~VirtioFeatures.ProtocolFeatures).ShareMemory();
        rig.Program(features: Rig.Features);
        rig.Call();
        rig.Kick();
        rig.AskAndExpectEcho();
        Assert.Equal(1, rig.Frontend.GetVringBase(0));
        rig.Kick();
        rig.AskAndExpectEcho();
    }

    [Fact]
    public void The_addresses_may_come_last()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        var ring = new DriverRing(rig.Guest, 8, Rig.Features);
        rig.Rings[0] = ring;
        rig.Call();
        rig.Kick();
        rig.Frontend.SetVringEnable(0, true);
        rig.Frontend.SetVringNum(0, 8);
        rig.Frontend.SetVringBase(0, 0);
        rig.Frontend.SetVringAddr(0, ring.Addresses, log: ulong.MaxValue);
        rig.AskAndExpectEcho();
    }

    [Fact]
    public void The_memory_may_come_last()
    {
        using var rig = new Rig().Negotiate();
        rig.Run();
        Assert.Empty(rig.Device.Told);
        rig.ShareMemory();
        rig.AskAndExpectEcho();
    }

    [Fact]
    public void Rings_that_the_guest_never_set_up_may_be_enabled()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        rig.Frontend.SetVringEnable(1, true);
        rig.Frontend.SetVringEnable(2, true);
        rig.AskAndExpectEcho();
        Assert.Equal(0, rig.Frontend.GetVringBase(1));
        Assert.DoesNotContain("started 1", rig.Device.Told);
    }

    [Fact]
    public void The_call_descriptor_may_come_after_the_kick_and_be_replaced_again_and_again()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Program();
        rig.Ask(value: 9);
        rig.Kick();
        rig.Frontend.SetVringEnable(0, true);

        // Served already, with nobody to call: the call is made up for.
        Assert.True(SpinWait.SpinUntil(() => rig.Rings[0].UsedIndex == 1, Rig.Soon));
        rig.Call();
        rig.ExpectEcho(value: 9);
        for (byte i = 0; i < 5; i++)
        {
            rig.Call();
            rig.AskAndExpectEcho(value: i);
        }
    }

    [Fact]
    public void A_driver_that_polls_gives_no_call_descriptor()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Program();
        rig.Frontend.SetVringCall(0, null);
        rig.Kick();
        rig.Frontend.SetVringEnable(0, true);
        for (byte i = 0; i < 3; i++)
        {
            if (rig.Ask(value: i)) rig.Kicks[0].Signal();
            Assert.True(SpinWait.SpinUntil(() => rig.Rings[0].UsedIndex == i + 1, Rig.Soon));
            rig.TakeEcho(value: i);
        }
    }

    [Fact]
    public void A_driver_whose_kicks_cannot_be_heard_is_polled()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Program();
        rig.Call();
        rig.Frontend.SetVringKick(0, null);
        rig.Frontend.SetVringEnable(0, true);
        for (byte i = 0; i < 3; i++)
        {
            rig.Ask(value: i);
            rig.ExpectEcho(value: i);
        }
    }

    [Fact]
    public void Kick_descriptors_can_be_replaced_while_the_ring_runs()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        for (byte i = 0; i < 5; i++)
        {
            rig.Kick();
            rig.AskAndExpectEcho(value: i);
        }
    }

    [Fact]
    public void A_socket_serves_as_call_and_never_blocks_the_device()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        var (ours, theirs) = UnixSocket.Pair();
        using var bag = new DescriptorBag();
        using (ours)
        {
            using (theirs) rig.Frontend.SetVringCall(0, theirs.Descriptor);
            var word = new byte[9];
            for (byte i = 0; i < 3; i++)
            {
                if (rig.Ask(value: i)) rig.Kicks[0].Signal();
                Assert.Equal(8, ours.Receive(word, bag, Rig.Soon));
                rig.TakeEcho(value: i);
            }

            // Nobody reads any more: the socket fills, the device goes on.
            for (var i = 0; i < 2000; i++)
            {
                if (rig.Ask()) rig.Kicks[0].Signal();
                Assert.True(SpinWait.SpinUntil(() => rig.Rings[0].TryReap(out _, out _), Rig.Soon));
                rig.Rings[0].WantCalls();
            }
        }

        // And goes on when the other end is closed.
        rig.Ask();
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Rings[0].TryReap(out _, out _), Rig.Soon));
    }

    [Fact]
    public void A_ring_stopped_by_asking_its_base_goes_on_from_there()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        var ring = rig.Run();
        rig.AskAndExpectEcho();
        var next = rig.Frontend.GetVringBase(0);

        // Stopped: what comes now is not touched.
        rig.Ask();
        rig.Kicks[0].Signal();
        Assert.Equal(3, rig.Frontend.GetQueueNum());
        Assert.Equal(1, ring.UsedIndex);
        rig.Frontend.SetVringBase(0, next);
        rig.Kick();
        rig.ExpectEcho();
    }

    [Fact]
    public void Stopping_gives_back_what_the_device_held()
    {
        using var rig = new Rig(new EchoDevice { Holds = true }).Negotiate().ShareMemory();
        rig.Run();
        rig.Ask();
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 1, Rig.Soon));
        Assert.Equal(1, rig.Frontend.GetVringBase(0));
        rig.ExpectEcho();
    }

    [Fact]
    public void Disabling_every_ring_resets_the_device_and_the_rings_take_a_fresh_start()
    {
        // As user-mode Linux unbinds and binds its driver: ENABLE 0 in reverse order, GET_FEATURES as a barrier, never GET_VRING_BASE.
        using var rig = new Rig(new EchoDevice { QueueCount = 2 });
        rig.Negotiate().ShareMemory();
        for (var life = 0; life < 3; life++)
        {
            rig.Frontend.SetFeatures(Rig.Features);
            rig.ShareMemory();
            for (var i = 0; i < 2; i++)
            {
                rig.Call(i);
                rig.Program(i, size: 4 << life);
            }

            for (var i = 0; i < 2; i++)
            {
                rig.Kick(i);
                rig.Frontend.SetVringEnable(i, true);
            }

            for (byte i = 0; i < 20; i++) rig.AskAndExpectEcho(i % 2, i);
            rig.Frontend.SetVringEnable(1, false);
            Assert.Equal(life, rig.Device.Told.Count(t => t == "reset"));
            rig.Frontend.SetVringEnable(0, false);
            _ = rig.Frontend.GetFeatures();
            Assert.Equal(life + 1, rig.Device.Told.Count(t => t == "reset"));
        }
    }

    [Fact]
    public void Enabling_again_without_a_fresh_start_goes_on_where_it_was()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        rig.AskAndExpectEcho(value: 1);
        rig.Frontend.SetVringEnable(0, false);
        rig.Ask(value: 2);
        rig.Kicks[0].Signal();
        Assert.Equal(3, rig.Frontend.GetQueueNum());
        Assert.False(rig.Rings[0].TryReap(out _, out _));
        rig.Frontend.SetVringEnable(0, true);
        rig.ExpectEcho(value: 2);
    }

    [Fact]
    public void A_device_reset_disables_all_rings_and_keeps_the_connection()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run(0);
        rig.Run(1);
        rig.Frontend.SetStatus(15);
        rig.Frontend.ResetDevice();
        Assert.Equal(["stopping 0", "stopping 1", "reset"], rig.Device.Told.TakeLast(3));
        Assert.Equal(0, rig.Frontend.GetStatus());
        rig.Run(0);
        rig.AskAndExpectEcho();
    }

    [Fact]
    public void Status_zero_resets_the_device()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        rig.Frontend.SetStatus(0);
        Assert.Equal(["stopping 0", "reset"], rig.Device.Told.TakeLast(2));
        rig.Run();
        rig.AskAndExpectEcho();
    }

    [Fact]
    public void A_running_ring_is_not_reprogrammed_but_the_same_addresses_may_come_again()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        var ring = rig.Run();
        rig.Frontend.SetVringNum(0, 8);
        rig.Frontend.SetVringAddr(0, ring.Addresses);
        Assert.Throws<VhostUserException>(() => rig.Frontend.SetVringNum(0, 16));
        Assert.Throws<VhostUserException>(() => rig.Frontend.SetVringBase(0, 0));
        Assert.Throws<VhostUserException>(() => rig.Frontend.SetVringAddr(0, ring.Addresses with { Used = ring.Addresses.Used + 4096 }));
        rig.AskAndExpectEcho();
    }

    [Fact]
    public void A_legacy_driver_is_refused_with_the_reason()
    {
        using var rig = new Rig().Negotiate(ProtocolFeatures.MultiQueue, Rig.Features & ~VirtioFeatures.Version1).ShareMemory();
        rig.Run();
        var end = rig.End();
        Assert.Equal(VhostUserEndReason.ProtocolError, end.Reason);
        Assert.Contains("VIRTIO_F_VERSION_1", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void When_the_front_end_goes_away_the_queues_stop_and_memory_is_given_back()
    {
        using var rig = new Rig(new EchoDevice { Holds = true, Forgets = true }).Negotiate().ShareMemory();
        rig.Run();
        rig.Ask();
        rig.Kicks[0].Signal();
        Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 1, Rig.Soon));
        var chain = rig.Device.Held[0];
        var memory = chain.Memory;
        rig.Frontend.Dispose();
        Assert.Equal(VhostUserEndReason.PeerClosed, rig.End().Reason);
        Assert.Equal(["stopping 0", "reset"], rig.Device.Told.TakeLast(2));
        Assert.True(memory.IsReleased);
        Assert.False(chain.Queue.Complete(chain, 0));
    }

    [Fact]
    public void Stop_ends_the_connection_from_this_side()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        rig.Backend.Stop();
        Assert.Equal(VhostUserEndReason.Stopped, rig.End().Reason);
        Assert.Throws<VhostUserException>(() => rig.Frontend.GetQueueNum());
        rig.Backend.Stop();
        rig.Backend.Break("too late");
        Assert.False(rig.Backend.NotifyConfigChange());
        Assert.Throws<ObjectDisposedException>(() => rig.Backend.Run());
    }

    [Fact]
    public void Breaking_a_device_tells_the_rings_error_descriptors_and_ends_with_the_reason()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        using var error = EventFd.Create();
        rig.Frontend.SetVringErr(0, error.Descriptor);
        var queue = rig.Device.Queue(0)!;
        rig.Backend.Break("the result was too short");
        Assert.False(queue.IsRunning);
        Assert.True(error.Wait(Rig.Soon));
        Assert.Equal(new VhostUserEnd(VhostUserEndReason.Broken, "the result was too short"), rig.End());
    }

    [Fact]
    public void A_device_that_fails_is_not_swallowed_and_nothing_stays_mapped()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        rig.Run(1);
        var memory = Memory();
        rig.Device.OnTold = what => { if (what == "stopping 0") throw new InvalidOperationException("a defect"); };
        rig.Frontend.Dispose();
        Assert.Equal("a defect", rig.Failure()?.Message);
        Assert.True(memory.IsReleased);

        Device.GuestMemory.MemoryTable Memory()
        {
            rig.Device.Holds = true;
            rig.Ask();
            rig.Kicks[0].Signal();
            Assert.True(SpinWait.SpinUntil(() => rig.Device.Held.Count == 1, Rig.Soon));
            return rig.Device.Held[0].Memory;
        }
    }
}

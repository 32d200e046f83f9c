using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>Kicks and calls as messages, and the back-end's own channel.</summary>
public sealed class InBandTests
{
    [Fact]
    public void Without_any_descriptor_kicks_come_and_calls_go_as_messages()
    {
        using var rig = new Rig().Negotiate(ProtocolFeatures.All);
        var channel = rig.Frontend.OpenBackendChannel();
        rig.ShareMemory();
        rig.Program(1);
        rig.Ask(1, 7);
        rig.Frontend.SetVringEnable(1, true);

        // Enabled, but not started before the first kick.
        Assert.Empty(rig.Device.Told);
        for (byte i = 7; i < 12; i++)
        {
            rig.Frontend.VringKick(1);
            Assert.True(channel.TryReceive(Rig.Soon, out var message));
            Assert.Equal(new BackendMessage(BackendRequest.VringCall, 1), message);
            rig.TakeEcho(1, i);
            rig.Ask(1, (byte)(i + 1));
        }
    }

    [Fact]
    public void A_call_that_came_before_there_was_a_channel_goes_out_as_soon_as_there_is_one()
    {
        using var rig = new Rig().Negotiate(ProtocolFeatures.All);
        rig.ShareMemory();
        rig.Program(1);
        rig.Ask(1, 7);
        rig.Frontend.SetVringEnable(1, true);
        rig.Frontend.VringKick(1);
        Assert.True(SpinWait.SpinUntil(() => rig.Rings[1].UsedIndex == 1, Rig.Soon), "the request was not served");

        var channel = rig.Frontend.OpenBackendChannel();

        Assert.True(channel.TryReceive(Rig.Soon, out var message));
        Assert.Equal(new BackendMessage(BackendRequest.VringCall, 1), message);
        rig.TakeEcho(1, 7);
    }

    [Fact]
    public void A_descriptor_is_preferred_to_messages()
    {
        using var rig = new Rig().Negotiate(ProtocolFeatures.All);
        var channel = rig.Frontend.OpenBackendChannel();
        rig.ShareMemory();
        rig.Run();
        rig.AskAndExpectEcho();
        Assert.False(channel.TryReceive(TimeSpan.Zero, out _));

        // Taken away again: messages.
        rig.Frontend.SetVringCall(0, null);
        rig.Frontend.SetVringKick(0, null);
        rig.Ask();
        rig.Frontend.VringKick(0);
        Assert.True(channel.TryReceive(Rig.Soon, out var message));
        Assert.Equal(BackendRequest.VringCall, message.Request);
    }

    [Fact]
    public void A_kick_message_that_was_not_negotiated_is_refused()
    {
        using var rig = new Rig().Negotiate();
        Assert.Throws<VhostUserException>(() => rig.Frontend.VringKick(0));
    }

    [Theory]
    [InlineData(ProtocolFeatures.InBandNotifications)]
    [InlineData(ProtocolFeatures.InBandNotifications | ProtocolFeatures.ReplyAck)]
    [InlineData(ProtocolFeatures.InBandNotifications | ProtocolFeatures.BackendRequests)]
    public void In_band_without_what_it_needs_closes_the_connection(ProtocolFeatures features)
    {
        using var rig = new Rig();
        rig.Send(FrontendRequest.SetProtocolFeatures, (ulong)features, flags: 9);
        var end = rig.End();
        Assert.Equal(VhostUserEndReason.ProtocolError, end.Reason);
        Assert.Contains("BACKEND_REQ and REPLY_ACK", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_configuration_is_told_and_repeated_tellings_coalesce()
    {
        using var rig = new Rig().Negotiate();
        Assert.False(rig.Backend.NotifyConfigChange());
        var channel = rig.Frontend.OpenBackendChannel();
        Assert.True(rig.Backend.NotifyConfigChange());
        Assert.True(channel.TryReceive(Rig.Soon, out var message));
        Assert.Equal(new BackendMessage(BackendRequest.ConfigChange, 0), message);
    }

    [Fact]
    public void A_change_of_configuration_can_be_told_while_the_front_end_waits_for_an_answer()
    {
        // The device tells it from inside the very message whose acknowledgement the front-end waits for: nobody waits for the other.
        using var rig = new Rig().Negotiate();
        var channel = rig.Frontend.OpenBackendChannel();
        rig.ShareMemory();
        rig.Device.OnTold = _ => rig.Backend.NotifyConfigChange();
        rig.Run();
        Assert.True(channel.TryReceive(Rig.Soon, out var message));
        Assert.Equal(BackendRequest.ConfigChange, message.Request);
    }

    [Fact]
    public void A_front_end_that_does_not_read_its_channel_blocks_nobody_and_misses_nothing()
    {
        using var rig = new Rig().Negotiate(ProtocolFeatures.All);
        var channel = rig.Frontend.OpenBackendChannel();
        rig.ShareMemory();
        rig.Program();
        rig.Frontend.SetVringEnable(0, true);

        // Far more calls than the socket has room for; unsent ones of one ring coalesce.
        for (var i = 0; i < 3000; i++)
        {
            rig.Ask(value: 1);
            rig.Frontend.VringKick(0);
            Assert.True(SpinWait.SpinUntil(() => rig.Rings[0].TryReap(out _, out _), Rig.Soon));
            rig.Rings[0].WantCalls();
        }

        Assert.True(rig.Backend.NotifyConfigChange());
        var sawChange = false;
        while (!sawChange && channel.TryReceive(Rig.Soon, out var message)) sawChange = message.Request == BackendRequest.ConfigChange;
        Assert.True(sawChange);
    }

    [Fact]
    public void Breaking_the_device_while_calls_go_out_as_messages_holds_up_neither()
    {
        for (var round = 0; round < 100; round++)
        {
            using var rig = new Rig().Negotiate(ProtocolFeatures.All);
            rig.Frontend.OpenBackendChannel();
            rig.ShareMemory();
            rig.Program();
            rig.Frontend.SetVringEnable(0, true);
            var breaker = new Thread(() => rig.Backend.Break("enough"));
            for (var i = 0; i < 4; i++)
            {
                rig.Ask();
                if (i == round % 4) breaker.Start();
                try
                {
                    rig.Frontend.VringKick(0);
                }
                catch (VhostUserException)
                {
                    break;
                }

                while (rig.Rings[0].TryReap(out _, out _)) rig.Rings[0].WantCalls();
            }

            Assert.True(breaker.Join(Rig.Soon));
            Assert.Equal(new VhostUserEnd(VhostUserEndReason.Broken, "enough"), rig.End());
        }
    }

    [Fact]
    public void What_the_front_end_says_on_the_channel_is_ignored_and_its_end_is_noticed()
    {
        using var rig = new Rig().Negotiate();
        var (ours, theirs) = UnixSocket.Pair();
        using (theirs) rig.Send((uint)FrontendRequest.SetBackendReqFd, [], 9, null, theirs.Descriptor);
        Assert.Equal(0UL, rig.ReceiveWord(FrontendRequest.SetBackendReqFd));
        using var signal = EventFd.Create();
        ours.Send(new byte[100], [signal.Descriptor], Rig.Soon);
        Assert.True(rig.Backend.NotifyConfigChange());
        using var bag = new DescriptorBag();
        Assert.True(ours.ReceiveExactly(new byte[12], bag, Rig.Soon));
        ours.Dispose();
        Assert.True(SpinWait.SpinUntil(() => !rig.Backend.NotifyConfigChange(), Rig.Soon));
        Assert.Equal(3, rig.Frontend.GetQueueNum());
    }

    [Fact]
    public void A_channel_that_is_no_socket_is_refused()
    {
        using var rig = new Rig().Negotiate();
        using var signal = EventFd.Create();
        rig.Send((uint)FrontendRequest.SetBackendReqFd, [], 9, null, signal.Descriptor);
        Assert.Equal(1UL, rig.ReceiveWord(FrontendRequest.SetBackendReqFd));
        rig.Send((uint)FrontendRequest.SetBackendReqFd, [], 9);
        Assert.Equal(1UL, rig.ReceiveWord(FrontendRequest.SetBackendReqFd));
    }
}

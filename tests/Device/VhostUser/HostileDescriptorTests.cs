using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>Descriptors that come where they have no business: closed and refused, and none stays open.</summary>
public sealed class HostileDescriptorTests : HostileFrontend
{
    public static TheoryData<FrontendRequest, int> WithTooManyDescriptors => new()
    {
        { FrontendRequest.GetFeatures, 1 },
        { FrontendRequest.SetOwner, 1 },
        { FrontendRequest.SetFeatures, 1 },
        { FrontendRequest.SetVringNum, 1 },
        { FrontendRequest.SetVringEnable, 3 },
        { FrontendRequest.SetVringKick, 2 },
        { FrontendRequest.SetVringCall, 64 },
        { FrontendRequest.SetVringErr, 2 },
        { FrontendRequest.SetBackendReqFd, 2 },
        { FrontendRequest.AddMemReg, 2 },
        { FrontendRequest.RemMemReg, 2 },
        { FrontendRequest.SetMemTable, 9 },
        { FrontendRequest.GetConfig, 1 },
        { FrontendRequest.SetStatus, 1 },
    };

    [Theory]
    [MemberData(nameof(WithTooManyDescriptors))]
    public void Descriptors_that_a_message_has_no_use_for_are_closed_and_refused(FrontendRequest request, int count)
    {
        Rig.Negotiate();
        Assert.True(VhostUserRule.TryGet(request, out var rule));
        for (var i = 0; i < 20; i++)
        {
            Rig.Send((uint)request, new byte[rule.Minimum], NeedReply, null, [.. Enumerable.Repeat(Signal.Descriptor, count)]);
            Assert.Equal(1UL, Rig.ReceiveWord(request));
        }

        ExpectNoneKept();
    }

    [Fact]
    public void Descriptors_of_a_message_that_asks_for_no_answer_end_the_connection()
    {
        Rig.Send((uint)FrontendRequest.SetOwner, [], 1, null, Signal.Descriptor);
        ExpectEnd("SET_OWNER came with 1 descriptors; it may have at most 0");
    }

    [Fact]
    public void Descriptors_in_the_middle_of_a_payload_are_closed_too()
    {
        Rig.Negotiate();
        Rig.Send((uint)FrontendRequest.SetFeatures, [], NeedReply, 8);
        Rig.Socket.Send(new byte[8], [Signal.Descriptor], Rig.Soon);
        Assert.Equal(1UL, Rig.ReceiveWord(FrontendRequest.SetFeatures));
        ExpectNoneKept();
    }

    [Fact]
    public void Descriptors_of_a_ring_that_does_not_exist_are_closed()
    {
        Rig.Negotiate();
        foreach (var request in new[] { FrontendRequest.SetVringKick, FrontendRequest.SetVringCall, FrontendRequest.SetVringErr })
        {
            Rig.Send(request, 3UL, NeedReply, Signal.Descriptor);
            Assert.Equal(1UL, Rig.ReceiveWord(request));
            Rig.Send(request, 255UL, NeedReply, Signal.Descriptor);
            Assert.Equal(1UL, Rig.ReceiveWord(request));
        }

        ExpectNoneKept();
    }

    [Theory]
    [InlineData(0x100UL, 1)]
    [InlineData(0UL, 0)]
    [InlineData(0x200UL, 1)]
    [InlineData(0x8000_0000_0000_0000UL, 1)]
    public void A_kick_or_call_whose_word_does_not_fit_its_descriptors_is_refused(ulong word, int descriptors)
    {
        Rig.Negotiate();
        foreach (var request in new[] { FrontendRequest.SetVringKick, FrontendRequest.SetVringCall, FrontendRequest.SetVringErr })
        {
            Rig.Send(request, word, NeedReply, [.. Enumerable.Repeat(Signal.Descriptor, descriptors)]);
            Assert.Equal(1UL, Rig.ReceiveWord(request));
        }

        ExpectNoneKept();
    }

    [Fact]
    public void A_kick_or_call_that_is_no_signal_is_refused()
    {
        Rig.Negotiate();
        foreach (var request in new[] { FrontendRequest.SetVringKick, FrontendRequest.SetVringCall, FrontendRequest.SetVringErr })
        {
            Rig.Send(request, 0UL, NeedReply, Rig.Guest.File.Descriptor);
            Assert.Equal(1UL, Rig.ReceiveWord(request));
        }
    }

    [Fact]
    public void Replacing_descriptors_again_and_again_keeps_only_the_last()
    {
        Rig.Negotiate().ShareMemory();
        Rig.Run();
        for (var i = 0; i < 50; i++)
        {
            Rig.Frontend.SetVringKick(0, Signal.Descriptor);
            Rig.Frontend.SetVringCall(0, Signal.Descriptor);
            Rig.Frontend.SetVringErr(0, Signal.Descriptor);
            Rig.Frontend.OpenBackendChannel();
            Rig.ShareMemory();
        }

        // A call, a kick and an error signal in the back-end, our own kick and call, and two ends of the channel.
        Open.Expect(Base + 3 + 2 + 2);
    }

    [Fact]
    public void The_other_end_of_a_kick_that_closes_does_not_keep_the_device_busy()
    {
        Rig.Negotiate().ShareMemory();
        Rig.Run();
        var (ours, theirs) = UnixSocket.Pair();
        using (theirs) Rig.Frontend.SetVringKick(0, theirs.Descriptor);
        ours.Dispose();

        // Dropped by the back-end too: what is left are the call and the signals of our own. One that stayed would be reported as readable
        // for ever.
        Open.Expect(Base + 1 + 2);
        Assert.Equal(3, Rig.Frontend.GetQueueNum());
    }
}

using CameraFabric.Device.VhostUser;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Device.Tests.VhostUser;

public sealed class NegotiationTests
{
    [Fact]
    public void Offers_the_rings_bits_and_of_the_device_only_its_own_range()
    {
        using var rig = new Rig();
        Assert.Equal(0x5 | Rig.Features, rig.Frontend.GetFeatures());
        Assert.Equal(ProtocolFeatures.All, rig.Frontend.GetProtocolFeatures());
        Assert.Equal(3, rig.Frontend.GetQueueNum());
        Assert.Equal(128, rig.Frontend.GetMaxMemSlots());
    }

    [Fact]
    public void Tells_the_device_what_the_driver_chose()
    {
        using var rig = new Rig().Negotiate(features: Rig.Features | 0x4);
        Assert.Equal((Rig.Features | 0x4) & ~VirtioFeatures.ProtocolFeatures, rig.Device.Negotiated);
    }

    [Fact]
    public void Acknowledges_the_very_message_that_negotiates_acknowledgements()
    {
        using var rig = new Rig();
        rig.Send(FrontendRequest.SetProtocolFeatures, (ulong)ProtocolFeatures.ReplyAck, flags: 1 | 8);
        Assert.Equal(0UL, rig.ReceiveWord(FrontendRequest.SetProtocolFeatures));
    }

    [Fact]
    public void Acknowledges_nothing_that_does_not_ask_or_that_was_not_negotiated()
    {
        using var rig = new Rig();
        rig.Send((uint)FrontendRequest.SetOwner, [], flags: 1 | 8);
        rig.Send(FrontendRequest.SetProtocolFeatures, (ulong)ProtocolFeatures.ReplyAck);
        rig.Send((uint)FrontendRequest.SetOwner, []);
        rig.Send((uint)FrontendRequest.GetQueueNum, [], flags: 1 | 8);

        // The first answer of all is the one that was asked for, and it comes once.
        Assert.Equal(3UL, rig.ReceiveWord(FrontendRequest.GetQueueNum));
        rig.Send((uint)FrontendRequest.GetStatus, []);
        Assert.Equal(0UL, rig.ReceiveWord(FrontendRequest.GetStatus));
    }

    [Fact]
    public void Ignores_the_deprecated_reset_of_the_owner()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        rig.Frontend.ResetOwner();
        rig.AskAndExpectEcho();
    }

    [Fact]
    public void Keeps_the_status_without_waiting_for_its_steps()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        Assert.Equal(0, rig.Frontend.GetStatus());
        rig.AskAndExpectEcho();
        rig.Frontend.SetStatus(8);
        Assert.Equal(8, rig.Frontend.GetStatus());
        rig.AskAndExpectEcho();
    }

    [Fact]
    public void Takes_the_same_features_again_while_a_ring_runs_but_no_others()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        rig.Frontend.SetFeatures(Rig.Features);
        Assert.Throws<VhostUserException>(() => rig.Frontend.SetFeatures(Rig.Features & ~VirtioFeatures.EventIndex));
        rig.AskAndExpectEcho();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 20)]
    [InlineData(5, 7)]
    [InlineData(19, 1)]
    public void Serves_any_part_of_the_configuration_space(int offset, int length)
    {
        using var rig = new Rig().Negotiate();
        var part = new byte[length];
        rig.Frontend.GetConfig(offset, part);
        Assert.Equal(Enumerable.Range(offset + 1, length).Select(i => (byte)i), part);
    }

    [Fact]
    public void Answers_a_configuration_question_with_as_many_bytes_as_it_had()
    {
        using var rig = new Rig().Negotiate();
        for (var length = 1; length <= 32; length++)
        {
            // As user-mode Linux reads a name of 32 bytes: always from the start, one byte more each time.
            var part = new byte[length];
            rig.Frontend.GetConfig(0, part);
            Assert.Equal(Enumerable.Range(1, length).Select(i => i <= 20 ? (byte)i : (byte)0), part);
        }

        // And one that sends the head of the question alone.
        rig.Send(FrontendRequest.GetConfig, new ConfigHeader(2, 3, 0));
        var answer = rig.Receive();
        Assert.Equal([2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3, 4, 5], answer.Payload);
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(0u, 257u)]
    [InlineData(250u, 7u)]
    [InlineData(uint.MaxValue, 1u)]
    [InlineData(1u, uint.MaxValue)]
    public void A_configuration_question_that_cannot_be_is_answered_without_payload(uint offset, uint size)
    {
        using var rig = new Rig().Negotiate();
        rig.Send(FrontendRequest.GetConfig, new ConfigHeader(offset, size, 0));
        var answer = rig.Receive();
        Assert.Equal(((uint)FrontendRequest.GetConfig, 5u, 0), (answer.Request, answer.Flags, answer.Payload.Length));
        Assert.Equal(3, rig.Frontend.GetQueueNum());
    }

    [Fact]
    public void Writes_configuration_where_the_device_allows_it()
    {
        using var rig = new Rig().Negotiate();
        rig.Frontend.SetConfig(18, [7, 8]);
        var part = new byte[2];
        rig.Frontend.GetConfig(18, part);
        Assert.Equal([7, 8], part);
        Assert.Throws<VhostUserException>(() => rig.Frontend.SetConfig(0, [1]));
        Assert.Throws<VhostUserException>(() => rig.Frontend.SetConfig(19, [1, 2]));
        Assert.Throws<VhostUserException>(() => rig.Frontend.SetConfig(int.MaxValue, [1]));
        Assert.Equal(3, rig.Frontend.GetQueueNum());
    }
}

using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>What a hostile or defective front-end can send. Each message is refused, or ends the connection with a reason.</summary>
public sealed class HostileMessageTests : HostileFrontend
{
    [Theory]
    [InlineData(99u)]
    [InlineData(0u)]
    [InlineData(6u)]
    [InlineData(33u)]
    [InlineData(uint.MaxValue)]
    public void An_unknown_message_is_refused_if_it_asks_for_an_answer(uint request)
    {
        Rig.Negotiate();
        Rig.Send(request, new byte[100], NeedReply, null, Signal.Descriptor);
        var answer = Rig.Receive();
        Assert.Equal((request, 5u), (answer.Request, answer.Flags));
        Assert.Equal(1UL, BitConverter.ToUInt64(answer.Payload));
        Assert.Equal(3, Rig.Frontend.GetQueueNum());
        ExpectNoneKept();
    }

    [Fact]
    public void An_unknown_message_that_asks_for_no_answer_ends_the_connection()
    {
        Rig.Negotiate();
        Rig.Send(99, [1, 2, 3]);
        ExpectEnd("message 99 is not implemented");
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void A_message_of_another_version_ends_the_connection(uint version)
    {
        Rig.Send((uint)FrontendRequest.GetFeatures, [], version);
        ExpectEnd($"has version {version}");
    }

    [Fact]
    public void A_reply_that_nobody_asked_for_ends_the_connection()
    {
        Rig.Negotiate();
        Rig.Send((uint)FrontendRequest.GetFeatures, [], 1 | 4 | 8);
        ExpectEnd("marked as a reply");
    }

    [Theory]
    [InlineData(4097u)]
    [InlineData(uint.MaxValue)]
    [InlineData(0x8000_0000u)]
    public void A_payload_longer_than_any_is_not_read(uint size)
    {
        Rig.Negotiate();
        Rig.Send((uint)FrontendRequest.SetMemTable, new byte[16], NeedReply, size);
        ExpectEnd($"announces {size} bytes");
    }

    public static TheoryData<FrontendRequest, int> WrongSizes => new()
    {
        { FrontendRequest.SetFeatures, 7 },
        { FrontendRequest.SetFeatures, 9 },
        { FrontendRequest.SetFeatures, 0 },
        { FrontendRequest.SetOwner, 1 },
        { FrontendRequest.SetMemTable, 7 },
        { FrontendRequest.SetMemTable, 265 },
        { FrontendRequest.SetMemTable, 4096 },
        { FrontendRequest.SetVringAddr, 39 },
        { FrontendRequest.SetVringNum, 4 },
        { FrontendRequest.SetVringKick, 4 },
        { FrontendRequest.AddMemReg, 32 },
        { FrontendRequest.SetConfig, 11 },
        { FrontendRequest.SetConfig, 269 },
    };

    [Theory]
    [MemberData(nameof(WrongSizes))]
    public void A_payload_of_the_wrong_size_is_refused_and_the_next_message_understood(FrontendRequest request, int size)
    {
        Rig.Negotiate();
        Rig.Send((uint)request, new byte[size], NeedReply);
        Assert.Equal(1UL, Rig.ReceiveWord(request));
        Assert.Equal(3, Rig.Frontend.GetQueueNum());
    }

    [Fact]
    public void A_payload_of_the_wrong_size_without_an_answer_ends_the_connection()
    {
        Rig.Send((uint)FrontendRequest.SetFeatures, new byte[4]);
        ExpectEnd("SET_FEATURES has 4 bytes of payload; it must have 8");
    }

    [Theory]
    [InlineData(FrontendRequest.SetVringNum)]
    [InlineData(FrontendRequest.SetVringBase)]
    [InlineData(FrontendRequest.GetVringBase)]
    [InlineData(FrontendRequest.SetVringEnable)]
    [InlineData(FrontendRequest.VringKick)]
    public void A_ring_that_does_not_exist_is_refused(FrontendRequest request)
    {
        Rig.Negotiate(ProtocolFeatures.All);
        foreach (var index in new[] { 3u, 255u, 256u, uint.MaxValue, 0x8000_0000u })
        {
            Rig.Send(request, new VringState(index, 1), NeedReply);
            Assert.Equal(1UL, Rig.ReceiveWord(request));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(512)]
    [InlineData(65536)]
    [InlineData(-1)]
    public void A_ring_size_that_cannot_be_is_refused(int size)
    {
        Rig.Negotiate();
        Assert.Throws<VhostUserException>(() => Rig.Frontend.SetVringNum(0, size));
    }

    [Theory]
    [InlineData(8, 0x1000, 0x2000)]
    [InlineData(0, 0x1001, 0x2000)]
    [InlineData(0, 0x1000, 0x2002)]
    public void Ring_addresses_that_are_not_aligned_are_refused(ulong descriptors, ulong available, ulong used)
    {
        Rig.Negotiate();
        Assert.Throws<VhostUserException>(() => Rig.Frontend.SetVringAddr(0, new(descriptors, available, used)));
    }

    [Fact]
    public void Features_that_were_not_offered_are_refused()
    {
        Rig.Negotiate();
        Assert.Throws<VhostUserException>(() => Rig.Frontend.SetFeatures(Rig.Features | 2));
        Assert.Throws<VhostUserException>(() => Rig.Frontend.SetFeatures(Rig.Features | (1UL << 34)));
        Assert.Throws<VhostUserException>(() => Rig.Frontend.SetProtocolFeatures(ProtocolFeatures.All | (ProtocolFeatures)(1UL << 22)));
    }

    [Fact]
    public void Other_words_that_cannot_be_are_refused()
    {
        Rig.Negotiate();
        foreach (var (request, state) in new[]
        {
            (FrontendRequest.SetVringEnable, new VringState(0, 2)),
            (FrontendRequest.SetVringBase, new VringState(0, 65536)),
            (FrontendRequest.SetStatus, new VringState(256, 0)),
        })
        {
            Rig.Send(request, state, NeedReply);
            Assert.Equal(1UL, Rig.ReceiveWord(request));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    public void A_header_that_stays_half_times_out(int bytes)
    {
        Rig.Socket.Send(new byte[bytes], [], Rig.Soon);
        Assert.Equal(VhostUserEndReason.TimedOut, Rig.End().Reason);
    }

    [Fact]
    public void A_payload_that_stays_half_times_out_and_its_descriptors_are_closed()
    {
        Rig.Send((uint)FrontendRequest.SetMemTable, new byte[20], 1, 40, Signal.Descriptor);
        Assert.Equal(VhostUserEndReason.TimedOut, Rig.End().Reason);
    }

    [Fact]
    public void A_connection_that_closes_in_the_middle_of_a_message_ends_as_closed()
    {
        Rig.Send((uint)FrontendRequest.SetMemTable, new byte[20], 1, 40, Signal.Descriptor);
        Rig.Socket.Shutdown();
        Assert.Equal(VhostUserEndReason.PeerClosed, Rig.End().Reason);
    }

    [Fact]
    public void A_header_in_single_bytes_is_understood()
    {
        byte[] message = [17, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
        foreach (var one in message) Rig.Socket.Send([one], [], Rig.Soon);
        Assert.Equal(3UL, Rig.ReceiveWord(FrontendRequest.GetQueueNum));
    }

    [Fact]
    public void A_front_end_that_reads_no_answers_is_disconnected()
    {
        // Asks until the back-end's answers fill the socket, and its own questions the other direction.
        var question = new byte[] { 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 };
        try
        {
            while (true) Rig.Socket.Send(question, [], Rig.Soon);
        }
        catch (SocketClosedException)
        {
        }

        var end = Rig.End();
        Assert.Equal(VhostUserEndReason.TimedOut, end.Reason);
        Assert.Contains("does not read the answer to GET_FEATURES", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_messages_never_do_more_than_end_the_connection()
    {
        var random = new Random(20261122);
        var answers = 0;
        for (var round = 0; round < 60; round++)
        {
            using var rig = new Rig();
            rig.Negotiate().ShareMemory();
            rig.Run();
            try
            {
                for (var i = 0; i < 100; i++)
                {
                    var request = (uint)random.Next(0, 45);
                    var isKnown = VhostUserRule.TryGet((FrontendRequest)request, out var rule);
                    var size = isKnown && random.Next(4) > 0 ? rule.Minimum : random.Next(300);
                    var payload = new byte[size];
                    if (random.Next(2) == 0) random.NextBytes(payload);
                    else if (size > 0) payload[0] = (byte)random.Next(4);
                    var descriptors = random.Next(3) == 0 ? random.Next(4) : rule.Descriptors;
                    rig.Send(request, payload, NeedReply, null, [.. Enumerable.Repeat(Signal.Descriptor, descriptors)]);

                    // Whether it is answered depends on what was negotiated by chance; a question behind it always is.
                    rig.Send((uint)FrontendRequest.GetStatus, []);
                    while (rig.Receive().Request != (uint)FrontendRequest.GetStatus)
                    {
                        answers++;
                    }
                }
            }
            catch (EndOfStreamException)
            {
            }
            catch (SocketClosedException)
            {
            }

            rig.Socket.Shutdown();
            _ = rig.End();
        }

        Assert.True(answers > 100);
    }
}

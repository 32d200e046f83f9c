using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Fabric.Tests.Links;

public sealed class LinkWireTests
{
    [Fact]
    public void Messages_have_the_sizes_of_the_protocol()
    {
        Assert.Equal((LinkHead.Bytes, 8), (Unsafe.SizeOf<LinkHead>(), LinkHead.Bytes));
        Assert.Equal((LinkHello.Bytes, 40), (Unsafe.SizeOf<LinkHello>(), LinkHello.Bytes));
        Assert.Equal((LinkWelcome.Bytes, 8), (Unsafe.SizeOf<LinkWelcome>(), LinkWelcome.Bytes));
        Assert.Equal((LinkConfiguration.Bytes, 40), (Unsafe.SizeOf<LinkConfiguration>(), LinkConfiguration.Bytes));
        Assert.Equal((LinkFrame.Bytes, 144), (Unsafe.SizeOf<LinkFrame>(), LinkFrame.Bytes));
        Assert.Equal((LinkMissed.Bytes, 24), (Unsafe.SizeOf<LinkMissed>(), LinkMissed.Bytes));
        Assert.Equal((LinkSetLost.Bytes, 32), (Unsafe.SizeOf<LinkSetLost>(), LinkSetLost.Bytes));
        Assert.Equal((LinkCredit.Bytes, 4), (Unsafe.SizeOf<LinkCredit>(), LinkCredit.Bytes));
        Assert.Equal((LinkRelease.Bytes, 12), (Unsafe.SizeOf<LinkRelease>(), LinkRelease.Bytes));
    }

    [Fact]
    public void Fields_lie_at_their_places()
    {
        Assert.Equal("0800000005000000", Hex(new LinkHead(8, LinkMessage.Frame, 0))[..16]);
        Assert.Equal("43464C494E4B0D0A" + "01000000" + "02000000" + "03000000000000000000000000000000" + "04000000" + "0500" + "0600",
            Hex(new LinkHello(LinkWire.Magic, 1, 2, 3, 4, 5, 6)));
        Assert.Equal("01000000" + "02000000" + "03000000" + "04000000" + "0500000000000000" + "06000000" + "07000000" + "08000000" + "09000000",
            Hex(new LinkConfiguration(1, 2, 3, 4, 5, 6, 7, 8, 9)));
        Assert.Equal("01000000" + "02000000" + "03000000" + "00000000", Hex(new LinkFrame(default, 1, 2, 3, 0))[256..]);
        Assert.Equal("0100000000000000" + "0200000000000000" + "03000000" + "04000000", Hex(new LinkMissed(1, 2, 3, 4)));
        Assert.Equal("0100000000000000" + "0200000000000000" + "0300000000000000" + "04000000" + "00000000", Hex(new LinkSetLost(1, 2, 3, 4, 0)));
        Assert.Equal("01000000" + "02000000" + "03000000", Hex(new LinkRelease(1, 2, 3)));
    }

    [Fact]
    public void The_longest_message_fits() =>
        Assert.True(LinkFrame.Bytes + Sensors.Frames.FrameHeader.MaximumApplied * ControlEntry.Bytes <= LinkWire.MaximumBody);

    [Fact]
    public void Messages_come_back_as_they_were_sent_however_the_stream_is_cut() => Properties.Hold(
        decisions =>
        {
            using var carrier = new CutCarrier(decisions);
            var (output, input) = (new LinkOutput(carrier), new LinkInput(carrier));
            for (var messages = 1 + decisions.Below(5); messages > 0; messages--)
            {
                var missed = new LinkMissed((ulong)decisions.Long(), (ulong)decisions.Long(), (uint)decisions.Below(9), decisions.Below(1000));
                var pixels = new byte[decisions.Below(40_000)];
                new Random(decisions.Below(1000)).NextBytes(pixels);
                output.Send(LinkMessage.Missed, missed);
                carrier.Send(pixels);
                output.SendHello((uint)decisions.Below(100), new Guid(7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8), 1 + decisions.Below(64), "front", "réar-soc");

                Assert.Equal(LinkMessage.Missed, Next(input, out var body));
                Assert.Equal(missed, MemoryMarshal.Read<LinkMissed>(body));
                var back = new byte[pixels.Length];
                if (decisions.Below(2) == 0)
                {
                    input.ReadExactly(back);
                    Assert.Equal(pixels, back);
                }
                else
                {
                    input.Skip(pixels.Length);
                }

                var greeting = LinkGreeting.Read(Next(input, out body), body);
                Assert.Equal(("front", "réar-soc", new Guid(7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8)), (greeting.Camera, greeting.Reader, greeting.Token));
            }
        },
        scenarios: 100);

    [Fact]
    public void Any_bytes_are_a_greeting_or_refused_and_nothing_else() => Properties.Hold(decisions =>
    {
        using var carrier = new CutCarrier(decisions);
        new LinkOutput(carrier).SendHello(1, Guid.Empty, 4, "front", "rear-soc");
        for (var changes = 1 + decisions.Below(3); changes > 0; changes--) carrier.Bytes[decisions.Below(carrier.Bytes.Count)] = (byte)decisions.Below(256);
        var kept = 1 + decisions.Below(carrier.Bytes.Count);
        if (decisions.Below(3) == 0) carrier.Bytes.RemoveRange(kept, carrier.Bytes.Count - kept);
        var input = new LinkInput(carrier);
        try
        {
            LinkMessage type;
            ReadOnlySpan<byte> body;
            while (!input.TryTake(out type, out body))
            {
                if (input.Fill() == 0) return;
            }

            var greeting = LinkGreeting.Read(type, body);
            Assert.InRange(greeting.Window, 1, LinkWire.MaximumWindow);
            Assert.InRange(greeting.Camera.Length, 1, LinkWire.MaximumName);
        }
        catch (LinkException refused)
        {
            Assert.NotEmpty(refused.Message);
        }
    });

    private static LinkMessage Next(LinkInput input, out ReadOnlySpan<byte> body)
    {
        LinkMessage type;
        while (!input.TryTake(out type, out body)) Assert.NotEqual(0, input.Fill());
        return type;
    }

    private static string Hex<T>(T value) where T : struct => Convert.ToHexString(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>Gives back what it was given, in pieces of any size.</summary>
    private sealed class CutCarrier(Decisions decisions) : LinkCarrier
    {
        private int _at;

        public List<byte> Bytes { get; } = [];

        public override FileDescriptor Descriptor => throw new NotSupportedException();

        public override string Peer => "itself";

        public override int Receive(Span<byte> buffer)
        {
            var count = Math.Min(Math.Min(buffer.Length, 1 + decisions.Below(9000)), Bytes.Count - _at);
            CollectionsMarshal.AsSpan(Bytes).Slice(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public override void Send(ReadOnlySpan<byte> data) => Bytes.AddRange(data);

        public override void StopReceiving()
        {
        }

        public override void Shutdown()
        {
        }

        public override void Dispose()
        {
        }
    }
}

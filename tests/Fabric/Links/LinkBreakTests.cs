using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.Links;

public sealed class LinkBreakTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_home_gets_every_slot_back_when_its_reader_is_gone(bool overUnix)
    {
        using var frames = new LinkFrames();
        using var bench = new LinkBench();
        var sink = new RecordingSink { Holds = true };
        var (sender, receiver) = bench.Connect(overUnix, sink);
        Offer(sender, frames.Make());
        sink.WaitFor(static told => told.Frames == 1);

        receiver.Stop();
        LinkBench.Ended(sender.Ended);
        Offer(sender, frames.Make());

        Assert.Equal(frames.Pool.Slots, frames.Pool.Free);
        Assert.Equal((2, 1, 1), ((int)bench.Sent.Offered, (int)bench.Sent.Sent, (int)bench.Sent.Dropped[(int)FrameDropReason.LinkDown]));
        LinkBench.Ended(receiver.Ended);
        Assert.Equal("this node has closed it", Assert.Single(sink.All.OfType<Told.Over>()).Reason);

        // What the reader holds can still be read; it lies in memory that both have mapped.
        Assert.Equal(frames.Pool.FrameBytes, sink.Held[0].Pixels.Length);
        sink.GiveBack();
    }

    [Fact]
    public void A_reader_that_stops_in_the_middle_of_a_frame_costs_its_home_that_frame_alone()
    {
        using var frames = new LinkFrames(width: 4096, height: 2048);
        using var bench = new LinkBench(LinkBench.Patient with { StallTimeout = TimeSpan.FromSeconds(2) });
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        var (offer, connected) = bench.Expect();
        socket.Connect(offer.TcpHost, offer.TcpPort);
        new LinkOutput(new TcpCarrier(socket, RunningFabric.Patience)).SendHello(3, offer.Token, 4, "front", "reader");
        var sender = bench.Await(connected);

        for (var i = 0; i < 6; i++) Offer(sender, frames.Make());
        var reason = LinkBench.Ended(sender.Ended);

        Assert.Contains("took nothing", reason, StringComparison.Ordinal);
        Assert.Equal(bench.Sent.Offered, bench.Sent.Sent + bench.Sent.Dropped.Total);
        Assert.Equal(frames.Pool.Slots, frames.Pool.Free);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(0)]
    public void A_home_that_stops_in_the_middle_of_a_frame_is_told_of_once_and_the_slot_is_free_again(int pixels)
    {
        using var bench = new LinkBench();
        var sink = new RecordingSink();
        using var home = new FakeHome(bench, sink);
        home.Output.Send(LinkMessage.Configuration, FakeHome.Configuration);
        home.Output.Send(LinkMessage.Frame, new LinkFrame(FakeHome.Header, 1, LinkWire.Inline, 0, 0));
        home.Carrier.Send(new byte[pixels]);
        home.Carrier.Dispose();

        var reason = LinkBench.Ended(home.Receiver.Ended);

        Assert.Equal($"the connection ended in the middle of a frame, after {pixels} of {FakeHome.FrameBytes} bytes", reason);
        Assert.Equal([new Told.Over(reason, IsOrderly: false)], sink.All);
        Assert.Equal(bench.Shelf.Room.Slots, bench.Shelf.Room.Free);
    }

    public static TheoryData<string, string> Wrongs => new()
    {
        { "more bytes than a slot has", "at most" },
        { "more controls than a frame has", "at most" },
        { "another size", "not as the home said" },
        { "another format", "not as the home said" },
        { "another generation", "not as the home said" },
        { "another pool", "not as the home said" },
        { "a slot", "not where the home said" },
        { "no header", "version" },
        { "unknown reason", "reason 4711" },
        { "a negative count", "-1 frames" },
        { "unknown type", "type 99" },
        { "too long", "no message of a link" },
        { "unknown format", "is not known" },
        { "no size", "cannot be" },
        { "too large", "at most are possible" },
        { "too small a slot", "need" },
        { "shared without descriptor", "brings no descriptor" },
    };

    [Theory]
    [MemberData(nameof(Wrongs))]
    public void What_a_home_must_not_say_ends_the_link_with_a_reason(string wrong, string reason)
    {
        using var bench = new LinkBench();
        var sink = new RecordingSink();
        using var home = new FakeHome(bench, sink);
        var (configuration, header) = (FakeHome.Configuration, FakeHome.Header);
        var (pool, slot) = (1u, LinkWire.Inline);
        switch (wrong)
        {
            case "more bytes than a slot has": header.BytesUsed = FakeHome.FrameBytes + 1; break;
            case "more controls than a frame has": header.AppliedCount = FrameHeader.MaximumApplied + 1; break;
            case "another size": header.Width = 32; break;
            case "another format": header.FourCC = PixelFormats.Grey.FourCC.Value; break;
            case "another generation": header.ConfigurationGeneration++; break;
            case "another pool": pool = 2; break;
            case "a slot": slot = 0; break;
            case "no header": header = default; break;
            case "unknown reason": home.Output.Send(LinkMessage.Missed, new LinkMissed(1, 0, 4711, 1)); break;
            case "a negative count": home.Output.Send(LinkMessage.Missed, new LinkMissed(1, 0, 0, -1)); break;
            case "unknown type": home.Output.Send((LinkMessage)99); break;
            case "too long": home.Carrier.Send(MemoryMarshal.AsBytes<LinkHead>([new LinkHead(uint.MaxValue, LinkMessage.Frame, 0)])); break;
            case "unknown format": configuration = configuration with { FourCC = 1 }; break;
            case "no size": configuration = configuration with { Width = uint.MaxValue }; break;
            case "too large": configuration = configuration with { FrameBytes = uint.MaxValue }; break;
            case "too small a slot": configuration = configuration with { FrameBytes = FakeHome.FrameBytes - 1 }; break;
            default: configuration = configuration with { IsShared = 1 }; break;
        }

        home.TrySend(output =>
        {
            output.Send(LinkMessage.Configuration, configuration);
            output.Send(LinkMessage.Frame, new LinkFrame(header, pool, slot, 0, 0));
        });

        Assert.Contains(reason, LinkBench.Ended(home.Receiver.Ended), StringComparison.Ordinal);
        Assert.IsType<Told.Over>(Assert.Single(sink.All));
    }

    [Fact]
    public void A_reader_that_gives_back_what_it_does_not_have_is_left()
    {
        using var frames = new LinkFrames();
        using var bench = new LinkBench();
        var (offer, connected) = bench.Expect();
        using var carrier = new UnixCarrier(bench.Visit(), RunningFabric.Patience);
        var output = new LinkOutput(carrier);
        output.SendHello(3, offer.Token, 4, "front", "reader");
        var sender = bench.Await(connected);
        Offer(sender, frames.Make());

        output.Send(LinkMessage.Release, new LinkRelease((uint)frames.Pool.Id, 0, 77));

        Assert.Contains("gave back slot 0", LinkBench.Ended(sender.Ended), StringComparison.Ordinal);
        Assert.Equal(frames.Pool.Slots, frames.Pool.Free);
    }

    [Fact]
    public void A_shared_pool_after_one_that_was_not_is_not_read_through_the_memory_of_an_older_one()
    {
        using var frames = new LinkFrames();
        using var bench = new LinkBench();
        var path = bench.Options.UnixPath + "2";
        using var listener = UnixListener.Bind(path);
        var receiver = bench.Receive(new LinkOffer(Guid.NewGuid(), 3, "", 0, path, "soc1"), overUnix: true, new RecordingSink());
        using var carrier = new UnixCarrier(listener.Accept(RunningFabric.Patience)!, RunningFabric.Patience);
        var (input, output) = (new LinkInput(carrier), new LinkOutput(carrier));
        while (!input.TryTake(out _, out _)) Assert.NotEqual(0, input.Fill());
        output.Send(LinkMessage.Welcome, new LinkWelcome(LinkWire.Version, 4));
        var first = FakeHome.Configuration with { IsShared = 1, Slots = (uint)frames.Pool.Slots, SlotBytes = (ulong)frames.Pool.SlotBytes };
        output.Send(LinkMessage.Configuration, first, frames.Pool.File.Descriptor);

        output.Send(LinkMessage.Configuration, first with { Pool = 2, IsShared = 0 });
        output.Send(LinkMessage.Configuration, first with { Pool = 2 });

        Assert.Contains("brings no descriptor", LinkBench.Ended(receiver.Ended), StringComparison.Ordinal);
    }

    private static void Offer(LinkSender sender, Frame frame)
    {
        sender.Offer(frame);
        frame.Return();
    }

    /// <summary>A home that says what a test wants, over TCP.</summary>
    private sealed class FakeHome : IDisposable
    {
        public const int FrameBytes = 64 * 32 * 3 / 2;

        public static readonly LinkConfiguration Configuration = new(1, 0, FrameBytes, 4, 16_384, 7, PixelFormats.Nv12.FourCC.Value, 64, 32);

        public static readonly FrameHeader Header = new()
        {
            Magic = FrameHeader.ExpectedMagic,
            Version = FrameHeader.CurrentVersion,
            Sequence = 1,
            FourCC = Configuration.FourCC,
            Width = 64,
            Height = 32,
            BytesUsed = FrameBytes,
            ConfigurationGeneration = 7,
        };

        public FakeHome(LinkBench bench, RecordingSink sink)
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
            Receiver = bench.Receive(new LinkOffer(Guid.NewGuid(), 3, "127.0.0.1", port, "", "elsewhere"), overUnix: false, sink);
            Carrier = new TcpCarrier(listener.Accept(), RunningFabric.Patience);
            Output = new LinkOutput(Carrier);
            var input = new LinkInput(Carrier);
            while (!input.TryTake(out _, out _)) Assert.NotEqual(0, input.Fill());
            Output.Send(LinkMessage.Welcome, new LinkWelcome(LinkWire.Version, 4));
        }

        public LinkReceiver Receiver { get; }

        public TcpCarrier Carrier { get; }

        public LinkOutput Output { get; }

        /// <summary>Sends to a reader that may have left already.</summary>
        public void TrySend(Action<LinkOutput> send)
        {
            try
            {
                send(Output);
            }
            catch (SocketException)
            {
                // It has.
            }
        }

        public void Dispose() => Carrier.Dispose();
    }
}

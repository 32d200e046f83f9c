using System.Net;
using System.Net.Sockets;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.Links;

/// <summary>Ends that somebody wants: within a limit, accounted for, and no break.</summary>
public sealed class LinkEndTests
{
    // What goes out before a first frame does.
    private const int BytesBefore = LinkHead.Bytes + LinkConfiguration.Bytes;

    [Fact]
    public void The_end_of_a_link_to_a_reader_that_takes_nothing_is_bounded_as_a_whole_and_what_waits_is_given_up_at_once()
    {
        // A single call could wait a minute; the limit over all of it is the test's.
        var time = new HeldTimers();
        using var frames = new LinkFrames(width: 1024, height: 1024);
        using var bench = new LinkBench(LinkBench.Patient with { StallTimeout = TimeSpan.FromMinutes(1) }, time: time);
        var (sender, reader) = ConnectNarrow(bench, time, window: 4);
        using var _ = reader;
        Offer(sender, frames.Make());
        Assert.True(SpinWait.SpinUntil(() => bench.Sent.Bytes > BytesBefore, RunningFabric.Patience), "the first frame is not sent");
        Offer(sender, frames.Make());
        Offer(sender, frames.Make());

        sender.Stop("enough");

        Assert.Equal((2, frames.Pool.Slots - 1), ((int)bench.Sent.Dropped[(int)FrameDropReason.LinkDown], frames.Pool.Free));
        time.Elapse();
        var end = LinkBench.EndOf(sender.Ended);
        Assert.StartsWith("enough (the reader did not hear of it", end.Reason, StringComparison.Ordinal);
        Assert.Equal((3, 0, 3), ((int)bench.Sent.Offered, (int)bench.Sent.Sent, (int)bench.Sent.Dropped.Total));
        Assert.Equal(frames.Pool.Slots, frames.Pool.Free);
    }

    [Fact]
    public void A_reader_that_takes_nothing_more_and_does_not_say_why_holds_its_home_for_one_limit_at_most()
    {
        var time = new HeldTimers();
        using var frames = new LinkFrames();
        using var bench = new LinkBench(LinkBench.Patient with { StallTimeout = TimeSpan.FromMinutes(10) }, time: time);
        var (offer, connected) = bench.Expect();
        using var reader = new UnixCarrier(bench.Visit(), RunningFabric.Patience);
        new LinkOutput(reader).SendHello(LinkFrames.Epoch, offer.Token, 4, "front", "reader");
        var sender = bench.Await(connected);
        reader.StopReceiving();
        reader.Send([1]);

        Offer(sender, frames.Make());

        Assert.True(SpinWait.SpinUntil(() => IsOverAfter(time, sender), RunningFabric.Patience), "the home still waits");
        Assert.False(LinkBench.EndOf(sender.Ended).IsOrderly);
        Assert.Equal(frames.Pool.Slots, frames.Pool.Free);
    }

    [Fact]
    public void A_lost_source_gives_up_what_waits_while_the_frame_with_the_last_credit_is_being_written()
    {
        using var frames = new LinkFrames(width: 1024, height: 1024);
        using var bench = new LinkBench();
        var (sender, reader) = ConnectNarrow(bench, TimeProvider.System, window: 1);
        Offer(sender, frames.Make());
        Assert.True(SpinWait.SpinUntil(() => bench.Sent.Bytes > BytesBefore, RunningFabric.Patience), "the first frame is not sent");
        Offer(sender, frames.Make());

        sender.LoseSource();

        Assert.Equal((1, frames.Pool.Slots - 1), ((int)bench.Sent.Dropped[(int)FrameDropReason.LinkBusy], frames.Pool.Free));
        reader.Dispose();
        LinkBench.EndOf(sender.Ended);
    }

    [Theory]
    [MemberData(nameof(LinkTests.Carriers), MemberType = typeof(LinkTests))]
    public void An_end_that_the_home_wants_is_no_break(bool overUnix, bool isSealed)
    {
        using var frames = new LinkFrames(isSealed: isSealed);
        using var bench = new LinkBench();
        var sink = new RecordingSink();
        var (sender, receiver) = bench.Connect(overUnix, sink);
        for (var i = 0; i < 6; i++) Offer(sender, frames.Make());

        sender.Stop("the camera moves");

        Assert.Equal(new LinkEnd("the camera moves", true), LinkBench.EndOf(sender.Ended));
        Assert.Equal(new LinkEnd("the home has closed it: the camera moves", true), LinkBench.EndOf(receiver.Ended));
        Assert.Equal(6, sink.Accounted);
        AssertUnbroken(bench);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_end_that_the_reader_wants_is_no_break(bool overUnix)
    {
        using var frames = new LinkFrames();
        using var bench = new LinkBench();
        var sink = new RecordingSink();
        var (sender, receiver) = bench.Connect(overUnix, sink);
        Offer(sender, frames.Make());
        sink.WaitFor(static told => told.Accounted == 1);
        for (var i = 0; i < 5; i++) Offer(sender, frames.Make());

        receiver.Stop();

        Assert.Equal(new LinkEnd("this node has closed it", true), LinkBench.EndOf(receiver.Ended));
        Assert.Equal(new LinkEnd("the reader has closed it: this node has closed it", true), LinkBench.EndOf(sender.Ended));
        Assert.Equal(bench.Sent.Offered, bench.Sent.Sent + bench.Sent.Dropped.Total);
        Assert.Equal(frames.Pool.Slots, frames.Pool.Free);
        AssertUnbroken(bench);
    }

    private static bool IsOverAfter(HeldTimers time, LinkSender sender)
    {
        time.Elapse();
        return sender.Ended.IsCompleted;
    }

    // Its sockets take much less than a frame.
    private static (LinkSender Sender, Socket Reader) ConnectNarrow(LinkBench bench, TimeProvider time, int window)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var reader = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        reader.Connect(listener.LocalEndPoint!);
        var home = listener.Accept();
        home.SendBufferSize = 64 << 10;
        var carrier = new TcpCarrier(home, bench.Options.StallTimeout);
        var greeting = new LinkGreeting(Guid.Empty, LinkFrames.Epoch, window, "front", "reader");
        var sender = new LinkSender(new LinkConnection(carrier, new LinkInput(carrier), greeting, window, time), bench.Options, bench.Sent, bench.Clock, bench.Logger);
        sender.Start();
        return (sender, reader);
    }

    private static void AssertUnbroken(LinkBench bench)
    {
        Assert.Equal((0, 0), (bench.Sent.Breaks, bench.Got.Breaks));
        Assert.DoesNotContain(bench.Loggers.Lines, static line => line.Contains("is broken", StringComparison.Ordinal));
    }

    private static void Offer(LinkSender sender, Frame frame)
    {
        sender.Offer(frame);
        frame.Return();
    }
}

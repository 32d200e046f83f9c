using System.Runtime.InteropServices;
using CameraFabric.Fabric.Links;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Tests.Links;

public sealed class LinkListenerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_token_is_good_for_one_connection(bool overUnix)
    {
        using var bench = new LinkBench();
        var connected = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var offer = bench.Listener.Expect("front", 3, "reader", connection =>
        {
            connection.Dispose();
            connected.SetResult(true);
        });
        bench.Receive(offer, overUnix, new RecordingSink());
        Assert.True(bench.Await(connected.Task));

        var second = bench.Receive(offer, overUnix, new RecordingSink());

        const string reason = "node 'reader' wants camera 'front' with a token that no offer has, or no longer has";
        Assert.Equal($"the home refuses it: {reason}", LinkBench.Ended(second.Ended));
        WaitForLine(bench, $"is refused: {reason}");
    }

    [Theory]
    [InlineData("rear", "reader", 3u)]
    [InlineData("front", "other", 3u)]
    [InlineData("front", "reader", 2u)]
    public void A_token_is_good_for_one_camera_one_reader_and_one_epoch(string camera, string node, uint epoch)
    {
        using var bench = new LinkBench();
        var offer = bench.Listener.Expect("front", 3, "reader", static connection => connection.Dispose());

        var receiver = bench.Receive(offer with { Epoch = epoch }, overUnix: true, new RecordingSink(), camera, node);

        var reason = $"node '{node}' wants camera '{camera}' of epoch {epoch} with a token for node 'reader', camera 'front', epoch 3";
        Assert.Equal($"the home refuses it: {reason}", LinkBench.Ended(receiver.Ended));
        WaitForLine(bench, reason);
    }

    [Fact]
    public void An_offer_that_was_withdrawn_is_worth_nothing()
    {
        using var bench = new LinkBench();
        var offer = bench.Listener.Expect("front", 3, "reader", static connection => connection.Dispose());
        bench.Listener.Withdraw(offer);

        Assert.Contains("no offer has", LinkBench.Ended(bench.Receive(offer, true, new RecordingSink()).Ended), StringComparison.Ordinal);
    }

    [Fact]
    public void A_defect_behind_a_greeting_ends_that_visit_and_no_other()
    {
        using var bench = new LinkBench();
        var connected = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bad = bench.Listener.Expect("front", 3, "reader", static _ => throw new InvalidOperationException("of the test"));
        var good = bench.Listener.Expect("front", 3, "reader", connection =>
        {
            connection.Dispose();
            connected.SetResult(true);
        });

        bench.Receive(bad, overUnix: true, new RecordingSink());
        WaitForLine(bench, "is refused: of the test");
        bench.Receive(good, overUnix: true, new RecordingSink());

        Assert.True(bench.Await(connected.Task));
    }

    public static TheoryData<string, byte[], string> Greetings => new()
    {
        { "garbage", "GET / HTTP/1.1\r\nHost: fabric\r\n\r\n"u8.ToArray(), "no message of a link" },
        { "nothing", [], "closed the connection before it had greeted" },
        { "half a head", [1, 2, 3], "closed the connection before it had greeted" },
        { "not a greeting", Message(LinkMessage.Frame, new LinkHello(LinkWire.Magic, 1, 0, 0, 1, 1, 1)), "no greeting" },
        { "short", [8, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], "no greeting" },
        { "magic", Message(LinkMessage.Hello, new LinkHello(1, 1, 0, 0, 1, 1, 1)), "no greeting" },
        { "version", Message(LinkMessage.Hello, new LinkHello(LinkWire.Magic, 2, 0, 0, 1, 1, 1)), "speaks version 2 of the link protocol, this node version 1" },
        { "no window", Message(LinkMessage.Hello, new LinkHello(LinkWire.Magic, 1, 0, 0, 0, 1, 1)), "a window of 0 frames" },
        { "negative window", Message(LinkMessage.Hello, new LinkHello(LinkWire.Magic, 1, 0, 0, uint.MaxValue, 1, 1)), "a window of 4294967295 frames" },
        { "long name", Message(LinkMessage.Hello, new LinkHello(LinkWire.Magic, 1, 0, 0, 1, 60_000, 1)), "names of 60000 and 1 bytes" },
        { "no name", Message(LinkMessage.Hello, new LinkHello(LinkWire.Magic, 1, 0, 0, 1, 0, 2)), "names of 0 and 2 bytes" },
        { "bad text", Message(LinkMessage.Hello, new LinkHello(LinkWire.Magic, 1, 0, 0, 1, 1, 1), 0xFF, 0xFE), "not UTF-8" },
        { "line feeds", Message(LinkMessage.Hello, new LinkHello(LinkWire.Magic, 1, 0, 0, 1, 1, 1), (byte)'a', (byte)'\n'), "control characters" },
        { "endless", [0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0], "no message of a link" },
    };

    [Theory]
    [MemberData(nameof(Greetings))]
    public void What_is_no_greeting_is_refused_with_a_line_and_nobody_else_notices(string name, byte[] bytes, string reason)
    {
        using var frames = new LinkFrames();
        using var bench = new LinkBench();
        var sink = new RecordingSink();
        var (sender, _) = bench.Connect(overUnix: true, sink);
        Assert.NotEmpty(name);

        using (var visitor = bench.Visit())
        {
            if (bytes.Length > 0) visitor.Send(bytes, [], RunningFabric.Patience);
        }

        WaitForLine(bench, reason);
        var frame = frames.Make();
        sender.Offer(frame);
        frame.Return();
        sink.WaitFor(static told => told.Frames == 1);
    }

    [Fact]
    public void Who_says_nothing_is_left_after_the_time_limit()
    {
        using var bench = new LinkBench(LinkBench.Patient with { HelloTimeout = TimeSpan.FromMilliseconds(20) });
        using var visitor = bench.Visit();
        using var descriptors = new DescriptorBag();

        // A refusal may come first.
        Span<byte> answer = stackalloc byte[1024];
        while (visitor.Receive(answer, descriptors, RunningFabric.Patience) > 0)
        {
        }

        WaitForLine(bench, "it did not greet within 0.02 s");
    }

    [Fact]
    public void A_reader_gives_up_on_a_home_that_says_nothing()
    {
        using var bench = new LinkBench(readerOptions: LinkBench.Patient with { HelloTimeout = TimeSpan.FromMilliseconds(20) });
        var path = bench.Options.UnixPath + "2";
        using var silent = UnixListener.Bind(path);

        var receiver = bench.Receive(new LinkOffer(Guid.NewGuid(), 3, "", 0, path, "soc1"), overUnix: true, new RecordingSink());

        Assert.Equal("the home did not answer within 0.02 s", LinkBench.Ended(receiver.Ended));
    }

    [Fact]
    public void A_flood_of_silent_visitors_does_not_keep_a_reader_out()
    {
        using var frames = new LinkFrames();
        using var bench = new LinkBench(LinkBench.Patient with { MaximumPending = 4, HelloTimeout = TimeSpan.FromMinutes(1) });
        var visitors = Enumerable.Range(0, 50).Select(_ => Visit(bench)).ToArray();

        var sink = new RecordingSink();
        var (sender, _) = bench.Connect(overUnix: true, sink);
        var frame = frames.Make();
        sender.Offer(frame);
        frame.Return();

        sink.WaitFor(static told => told.Frames == 1);
        WaitForLine(bench, "too many others came before it had greeted");
        foreach (var visitor in visitors) visitor.Dispose();
    }

    [Fact]
    public void Readers_are_told_the_advertised_address_where_there_is_one()
    {
        using var bench = new LinkBench();
        using var listener = new LinkListener("soc1", LinkBench.Patient with { TcpHost = "gateway", TcpAdvertisedPort = 6054 }, TimeProvider.System, bench.Logger);

        var offer = listener.Expect("front", 3, "reader", static connection => connection.Dispose());

        Assert.Equal(("gateway", 6054), (offer.TcpHost, offer.TcpPort));
    }

    [Fact]
    public void An_address_that_cannot_be_had_is_named()
    {
        using var bench = new LinkBench();
        var offer = bench.Listener.Expect("front", 3, "reader", static connection => connection.Dispose());

        var error = Assert.Throws<IOException>(() => new LinkListener("soc1", LinkBench.Patient with { TcpPort = offer.TcpPort }, TimeProvider.System, bench.Logger));

        Assert.Contains($"127.0.0.1:{offer.TcpPort}", error.Message, StringComparison.Ordinal);
    }

    // A full queue of connections is the kernel's way to say that the listener has not come to it yet.
    private static UnixSocket Visit(LinkBench bench)
    {
        UnixSocket? visitor = null;
        Assert.True(SpinWait.SpinUntil(() => UnixSocket.TryConnect(bench.Options.UnixPath, out visitor, out _), RunningFabric.Patience));
        return visitor!;
    }

    private static byte[] Message(LinkMessage type, in LinkHello hello, params byte[] names)
    {
        if (names.Length == 0) names = [(byte)'a', (byte)'b'];
        byte[] head = [.. MemoryMarshal.AsBytes<LinkHead>([new LinkHead((uint)(LinkHello.Bytes + names.Length), type, 0)])];
        return [.. head, .. MemoryMarshal.AsBytes<LinkHello>([hello]), .. names];
    }

    private static void WaitForLine(LinkBench bench, string text) => Assert.True(
        SpinWait.SpinUntil(() => bench.Loggers.Lines.Any(line => line.Contains(text, StringComparison.Ordinal)), RunningFabric.Patience),
        bench.Loggers.ToString());
}

using System.Security.Cryptography.X509Certificates;
using CameraFabric.Fabric.Tests.Integration;

namespace CameraFabric.Fabric.Tests.Links;

public sealed class LinkTlsTests
{
    private static readonly X509Certificate2 _authority = LinkCertificates.Authority;
    private static readonly X509Certificate2 _stranger = LinkCertificates.Stranger;

    [Fact]
    public void Frames_arrive_over_tls_bit_for_bit()
    {
        const int count = 50;
        using var frames = new LinkFrames(width: 640, height: 480);
        using var bench = new LinkBench(LinkCertificates.Options(LinkCertificates.Node(_authority, "CN=home")), LinkCertificates.Options(LinkCertificates.Node(_authority, "CN=reader")));
        var sink = new RecordingSink();
        var (sender, receiver) = bench.Connect(overUnix: false, sink);

        for (var i = 1; i <= count; i++)
        {
            var frame = frames.Make();
            sender.Offer(frame);
            frame.Return();
            var sent = i;
            sink.WaitFor(told => told.Accounted == sent);
        }

        var pixels = new byte[frames.Pool.FrameBytes];
        foreach (var got in sink.All.Cast<Told.Pixels>())
        {
            LinkFrames.Fill(pixels, got.Header.Sequence);
            Assert.Equal(pixels, got.Bytes);
        }

        Assert.Equal(count, sink.Frames);
        Assert.Contains("TCP with TLS", bench.Loggers.ToString(), StringComparison.Ordinal);
        sender.Stop("enough");
        Assert.Equal("the home has closed it: enough", LinkBench.Ended(receiver.Ended));
    }

    [Fact]
    public void A_home_refuses_a_reader_of_another_authority_and_both_say_so()
    {
        using var bench = new LinkBench(LinkCertificates.Options(LinkCertificates.Node(_authority, "CN=home")), LinkCertificates.Options(LinkCertificates.Node(_stranger, "CN=reader"), _stranger, _authority));

        AssertRefused(bench, "links: ", "CN=reader is not of this authority");
    }

    [Fact]
    public void A_home_refuses_a_reader_whose_certificate_has_expired_and_both_say_so()
    {
        using var bench = new LinkBench(LinkCertificates.Options(LinkCertificates.Node(_authority, "CN=home")),
            LinkCertificates.Options(LinkCertificates.Node(_authority, "CN=reader", days: -1)) with { Refusal = static _ => null });

        AssertRefused(bench, "links: ", "CN=reader is not valid now");
    }

    [Fact]
    public void A_reader_refuses_a_home_of_another_authority_and_both_say_so()
    {
        using var bench = new LinkBench(LinkCertificates.Options(LinkCertificates.Node(_stranger, "CN=home"), _stranger, _authority), LinkCertificates.Options(LinkCertificates.Node(_authority, "CN=reader")));

        AssertRefused(bench, "camera front: link from its home is broken", "CN=home is not of this authority");
    }

    [Fact]
    public void A_node_whose_own_certificate_has_expired_says_so_itself()
    {
        using var bench = new LinkBench(LinkCertificates.Options(LinkCertificates.Node(_authority, "CN=home")), LinkCertificates.Options(LinkCertificates.Node(_authority, "CN=reader", days: -1)));

        AssertRefused(bench, "camera front: link from its home is broken", "every other node refuses this one: CN=reader is not valid now");
    }

    [Fact]
    public void A_reader_without_tls_is_refused_by_a_home_with_it()
    {
        using var bench = new LinkBench(LinkCertificates.Options(LinkCertificates.Node(_authority, "CN=home")), LinkBench.Patient);

        AssertRefused(bench, "links: ", "TLS failed");
    }

    private static void AssertRefused(LinkBench bench, string who, string why)
    {
        var offer = bench.Listener.Expect("front", 3, "reader", static connection => connection.Dispose());
        var sink = new RecordingSink();
        LinkBench.Ended(bench.Receive(offer, overUnix: false, sink).Ended);

        Assert.Single(sink.All.OfType<Told.Over>());
        Assert.True(SpinWait.SpinUntil(() => bench.Loggers.Lines.Any(line => line.Contains(who, StringComparison.Ordinal)
            && line.Contains(why, StringComparison.Ordinal)), RunningFabric.Patience), bench.Loggers.ToString());
        Assert.True(SpinWait.SpinUntil(() => bench.Loggers.Lines.Any(static line => line.Contains("is refused", StringComparison.Ordinal)),
            RunningFabric.Patience), bench.Loggers.ToString());
        Assert.Contains(bench.Loggers.Lines, static line => line.Contains("link from its home is broken", StringComparison.Ordinal));
    }
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using CameraFabric.Cluster.Tests.Harness;
using CameraFabric.Cluster.Tests.Network;
using CameraFabric.EndToEnd.Tests;
using CameraFabric.Hosting.Certificates;

namespace CameraFabric.Cluster.Tests;

/// <summary>Nodes that show each other who they are, over Akka's connections and over links.</summary>
public sealed partial class TlsTests
{
    private const string Rig = """
        cluster: { tls: { certificate: "certificates/{node}.pfx", authority: certificates/authority.pem }, pause: 2s, stable-after: 10s, fence: 10s }
        cameras: { front: { sensor: synthetic, format: NV12, size: 320x240, rate: 60, node: n0 } }
        guests: { viewer: { node: n1, cameras: { front: observer } } }
        """;

    /// <summary>The same, but each node has an authority of its own.</summary>
    private static readonly string Apart = Rig
        .Replace("certificates/authority.pem", "\"{node}/authority.pem\"", StringComparison.Ordinal)
        .Replace("certificates/{node}.pfx", "{node}/{node}.pfx", StringComparison.Ordinal);

    [Fact]
    public async Task Nodes_of_one_authority_come_together_and_frames_cross_between_them()
    {
        await using var cluster = await RunningCluster.BeginAsync(NetworkLab.OnLoopback(2), 2, Rig, Certify);
        await cluster.TogetherAsync(2);

        var viewer = cluster.StartGuest("viewer", "front");

        await cluster.GetsAsync(viewer, 30);
        viewer.Terminate();
        await viewer.EndAsync();
        await cluster.StopAsync();
    }

    [Fact]
    public async Task A_node_of_another_authority_stays_outside_and_both_sides_say_why()
    {
        await using var cluster = await RunningCluster.BeginAsync(NetworkLab.OnLoopback(2), 2, Apart, WriteApart);

        foreach (var node in (string[])["n0", "n1"])
        {
            await cluster.UntilAsync(
                _ => Count(cluster.Node(node), "Tls: the node at .* is refused: .* is not signed by this rig's authority") > 0, $"{node} does not say why");
        }
    }

    [Fact]
    public async Task A_node_that_calls_a_stranger_again_and_again_lives_and_stops_in_order()
    {
        await using var cluster = await RunningCluster.BeginAsync(NetworkLab.OnLoopback(2), 2, Apart, WriteApart);

        // The first seed founds a cluster of its own; the other one asks it for admission again and again.
        await cluster.UntilAsync(_ => Count(cluster.Node("n1"), "Tls: the node at .* is refused") >= 5, "n1 does not call again");

        foreach (var node in (string[])["n0", "n1"])
        {
            cluster.Node(node).Terminate();
            Assert.Equal(0, await cluster.Node(node).EndAsync());
        }
    }

    [Fact]
    public async Task A_node_whose_certificate_everybody_would_refuse_does_not_start_and_says_so()
    {
        await using var cluster = await RunningCluster.BeginAsync(NetworkLab.OnLoopback(2), 2, Rig, static folder =>
        {
            Certify(folder);
            File.WriteAllBytes(Path.Combine(folder, "certificates", "n1.pfx"), Expired(folder).Export(X509ContentType.Pfx));
        });

        Assert.Equal(2, await cluster.Node("n1").EndAsync());

        Assert.Matches("cluster.tls.certificate: every other node would refuse it: .*CN=n1.* and not now", cluster.Node("n1").Errors);
    }

    [Theory]
    [InlineData("foreign", "is not signed by this rig's authority")]
    [InlineData("expired", "and not now")]
    [InlineData("none", "it shows no certificate")]
    public async Task Whoever_calls_with_another_certificate_is_refused_at_both_ports_with_a_line_that_says_why(string certificate, string why)
    {
        await using var cluster = await RunningCluster.BeginAsync(NetworkLab.OnLoopback(2), 2, Rig, Certify);
        await cluster.TogetherAsync(2);
        var node = cluster.Node("n0");
        using var shown = certificate switch
        {
            "foreign" => Foreign(cluster.Folder),
            "expired" => Expired(cluster.Folder),
            _ => null,
        };
        var links = LinksPort().Match(node.Errors);
        Assert.True(links.Success, node.Errors);

        Assert.False(await IsServedAsync(new IPEndPoint(IPAddress.Parse(cluster.Machines[0].Address), 4053), shown));
        await cluster.UntilAsync(_ => Count(node, $"Tls: .*{Regex.Escape(why)}") == 1, "Akka's port does not say why");
        Assert.False(await IsServedAsync(IPEndPoint.Parse(links.Groups[1].Value), shown));
        await cluster.UntilAsync(_ => Count(node, $"Links: .*{Regex.Escape(why)}") == 1, "the links' port does not say why");

        await cluster.TogetherAsync(2);
        await cluster.StopAsync();
    }

    /// <summary>Whether a server goes on with a caller: with TLS 1.3 it refuses only after the caller's handshake.</summary>
    private static async Task<bool> IsServedAsync(IPEndPoint server, X509Certificate2? shown)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var client = new TcpClient();
        await client.ConnectAsync(server, limit.Token);
        await using var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "n0", ClientCertificates = shown is null ? [] : [shown],
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
                }, limit.Token);
            return await stream.ReadAsync(new byte[1], limit.Token) > 0;
        }
        catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    private static int Count(FabricProcess node, string pattern) => Regex.Count(node.Errors, pattern);

    private static void WriteApart(string folder)
    {
        Write(Path.Combine(folder, "n0"));
        Write(Path.Combine(folder, "n1"));
    }

    private static void Certify(string folder) => Write(Path.Combine(folder, "certificates"));

    private static void Write(string folder) =>
        DevelopmentCertificates.Write(folder, CertifiedNode.ParseList("n0,n1"), TimeSpan.FromDays(1), force: false, TimeProvider.System);

    private static X509Certificate2 Foreign(string folder)
    {
        var foreign = Path.Combine(folder, "foreign");
        Write(foreign);
        return X509CertificateLoader.LoadPkcs12FromFile(Path.Combine(foreign, "n1.pfx"), null);
    }

    /// <summary>One that the rig's authority has signed and that was valid until some minutes ago.</summary>
    private static X509Certificate2 Expired(string folder)
    {
        var certificates = Path.Combine(folder, "certificates");
        using var authority = X509Certificate2.CreateFromPem(
            File.ReadAllText(Path.Combine(certificates, "authority.pem")), File.ReadAllText(Path.Combine(certificates, "authority.key")));
        using var key = ECDsa.Create();
        var now = TimeProvider.System.GetUtcNow();
        using var bare = new CertificateRequest("CN=n1", key, HashAlgorithmName.SHA256).Create(authority, now.AddMinutes(-9), now.AddMinutes(-5), [1]);
        using var whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }

    [GeneratedRegex(@"links: listening at ([0-9.:]+)")]
    private static partial Regex LinksPort();
}

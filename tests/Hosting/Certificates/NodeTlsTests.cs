using System.Security.Cryptography.X509Certificates;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Hosting.Certificates;
using Microsoft.Extensions.Logging.Abstractions;

namespace CameraFabric.Hosting.Tests.Certificates;

public sealed class NodeTlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf-tls-");

    public NodeTlsTests() => Make("ours");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_node_of_the_same_authority_is_believed() => Assert.Null(Load("ours").Refusal(Certificate("ours", "rear-soc")));

    [Fact]
    public void A_node_of_another_authority_of_the_same_name_is_not()
    {
        Make("theirs");

        Assert.Contains("not signed by this rig's authority", Load("ours").Refusal(Certificate("theirs", "rear-soc")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_whose_certificate_has_expired_is_not_and_the_times_are_told()
    {
        MakeExpired("ours", TimeProvider.System.GetUtcNow());

        Assert.Contains("and not now", Load("ours").Refusal(Certificate("ours", "expired")), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_is_believed_who_shows_nothing() => Assert.Equal("it shows no certificate", Load("ours").Refusal(null));

    [Fact]
    public void A_node_that_others_would_refuse_does_not_start()
    {
        Make("theirs");

        var error = Assert.Throws<RigException>(() => Tls("theirs", "front-soc", Of("ours", "authority.pem")));

        Assert.Contains("cluster.tls.certificate: every other node would refuse it", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody", "authority.pem", "cluster.tls.certificate")]
    [InlineData("front-soc", "nothing.pem", "cluster.tls.authority")]
    [InlineData("front-soc", "front-soc.pfx", "cluster.tls.authority")]
    public void A_file_that_cannot_be_read_is_named_with_its_key_in_the_rig(string node, string authority, string path) =>
        Assert.Equal(path, Assert.Throws<RigException>(() => Tls("ours", node, Of("ours", authority))).Faults.Single().Path);

    [Fact]
    public void A_file_with_a_password_is_read_with_the_first_line_of_its_password_file()
    {
        using var certificate = Certificate("ours", "front-soc", X509KeyStorageFlags.Exportable);
        File.WriteAllBytes(Of("ours", "secret.pfx"), certificate.Export(X509ContentType.Pfx, "open sesame"));
        File.WriteAllText(Of("ours", "front-soc.password"), "open sesame\n");
        var files = new TlsRig { Certificate = Of("ours", "secret.pfx"), Authority = Of("ours", "authority.pem"), PasswordFile = Of("ours", "{node}.password") };

        Assert.Equal(certificate.Thumbprint, NodeTls.Load(files, "front-soc", NullLoggerFactory.Instance).Certificate.Thumbprint);
        Assert.Throws<RigException>(() => NodeTls.Load(files with { PasswordFile = "" }, "front-soc", NullLoggerFactory.Instance));
    }

    private NodeTls Load(string set) => Tls(set, "front-soc", Of(set, "authority.pem"));

    private NodeTls Tls(string set, string node, string authority) =>
        NodeTls.Load(new TlsRig { Certificate = Of(set, "{node}.pfx"), Authority = authority }, node, NullLoggerFactory.Instance);

    private void Make(string set) =>
        DevelopmentCertificates.Write(Of(set, ""), CertifiedNode.ParseList("front-soc,rear-soc"), TimeSpan.FromDays(1), force: false, TimeProvider.System);

    /// <summary>One that the authority of a set has signed and that was valid until five minutes ago.</summary>
    private void MakeExpired(string set, DateTimeOffset now)
    {
        using var authority = X509Certificate2.CreateFromPem(File.ReadAllText(Of(set, "authority.pem")), File.ReadAllText(Of(set, "authority.key")));
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new CertificateRequest("CN=expired", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var bare = request.Create(authority, now.AddMinutes(-9), now.AddMinutes(-5), [1]);
        using var whole = bare.CopyWithPrivateKey(key);
        File.WriteAllBytes(Of(set, "expired.pfx"), whole.Export(X509ContentType.Pfx));
    }

    private X509Certificate2 Certificate(string set, string node, X509KeyStorageFlags flags = X509KeyStorageFlags.DefaultKeySet) =>
        X509CertificateLoader.LoadPkcs12FromFile(Of(set, $"{node}.pfx"), null, flags);

    private string Of(string set, string file) => Path.Combine(_folder.FullName, set, file);
}

using System.Security.Cryptography.X509Certificates;
using CameraFabric.Hosting.Certificates;

namespace CameraFabric.Hosting.Tests.Certificates;

public sealed class DevelopmentCertificatesTests : IDisposable
{
    private static readonly CertifiedNode[] Nodes = [new("front-soc", "192.168.7.1"), new("rear-soc", "soc2.local")];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cf-certificates-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Each_nodes_certificate_names_the_node_and_its_host_and_is_signed_by_the_authority()
    {
        Write();

        foreach (var node in Nodes)
        {
            using var certificate = X509CertificateLoader.LoadPkcs12FromFile(PathOf(node.Name + ".pfx"), null);
            using var authority = X509CertificateLoader.LoadCertificateFromFile(PathOf("authority.pem"));
            Assert.True(certificate.HasPrivateKey);
            Assert.Equal("1.2.840.10045.3.1.7", certificate.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value);
            Assert.True(certificate.MatchesHostname(node.Name));
            Assert.True(certificate.MatchesHostname(node.Host));
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            Assert.True(chain.Build(certificate), string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
        }
    }

    [Fact]
    public void The_text_files_hold_the_same_certificate_and_its_key()
    {
        Write();

        using var text = X509Certificate2.CreateFromPemFile(PathOf("rear-soc.pem"));
        using var binary = X509CertificateLoader.LoadPkcs12FromFile(PathOf("rear-soc.pfx"), null);
        Assert.Equal(binary.Thumbprint, text.Thumbprint);
        Assert.True(text.HasPrivateKey);
    }

    [Fact]
    public void They_are_valid_for_the_days_asked_for_and_on_a_clock_that_is_slow()
    {
        Write(TimeSpan.FromDays(2));

        using var certificate = X509CertificateLoader.LoadPkcs12FromFile(PathOf("front-soc.pfx"), null);
        Assert.Equal(Time.Now.UtcDateTime.AddDays(2), certificate.NotAfter.ToUniversalTime());
        Assert.True(certificate.NotBefore.ToUniversalTime() < Time.Now.UtcDateTime.AddMinutes(-5));
    }

    [Fact]
    public void Nobody_but_the_user_can_read_any_of_the_files()
    {
        var files = Write();

        Assert.Equal(6, files.Count);
        Assert.All(files, static file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void Files_that_are_there_stay_unless_force_is_asked_for()
    {
        Write();
        var old = File.ReadAllBytes(PathOf("rear-soc.pfx"));
        File.Delete(PathOf("authority.pem"));

        var refusal = Assert.Throws<IOException>(() => Write());
        Assert.Contains("rear-soc.pfx", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--force", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(old, File.ReadAllBytes(PathOf("rear-soc.pfx")));
        Assert.False(File.Exists(PathOf("authority.pem")));

        Write(force: true);
        Assert.NotEqual(old, File.ReadAllBytes(PathOf("rear-soc.pfx")));
    }

    [Fact]
    public void A_list_of_nodes_gives_each_its_host_and_this_machine_to_those_without_one() =>
        Assert.Equal(
            [new CertifiedNode("front-soc", "192.168.7.1"), new CertifiedNode("rear-soc", "127.0.0.1")],
            CertifiedNode.ParseList("front-soc=192.168.7.1,rear-soc"));

    [Theory]
    [InlineData("")]
    [InlineData("a,")]
    [InlineData("a=")]
    [InlineData("a=b=c")]
    [InlineData("../a")]
    [InlineData("two words")]
    [InlineData("authority")]
    [InlineData("a,b,a")]
    public void A_list_that_names_no_nodes_is_refused_with_what_would_be_right(string list) =>
        Assert.Contains("front-soc=192.168.7.1", Assert.Throws<ArgumentException>(() => CertifiedNode.ParseList(list)).Message, StringComparison.Ordinal);

    private IReadOnlyList<string> Write(TimeSpan? validity = null, bool force = false) =>
        DevelopmentCertificates.Write(_folder.FullName, Nodes, validity ?? TimeSpan.FromDays(30), force, new Time());

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    // Certificates know whole seconds.
    private sealed class Time : TimeProvider
    {
        public static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeSeconds(System.GetUtcNow().ToUnixTimeSeconds());

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

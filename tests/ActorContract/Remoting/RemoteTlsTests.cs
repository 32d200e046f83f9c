using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote.Transport.DotNetty;

namespace CameraFabric.ActorContract.Tests.Remoting;

/// <summary>Encrypted remoting with a certificate on both sides, which the program gives and judges.</summary>
public sealed class RemoteTlsTests : RemoteTest
{
    private const string On = "akka.remote.dot-netty.tcp.enable-ssl = true";

    private readonly X509Certificate2 _own = Certificate("CN=own");

    [Fact]
    public async Task Systems_that_trust_each_other_talk()
    {
        using var one = StartTls(_own, _own);
        using var other = StartTls(_own, _own);
        Assert.Equal("akka.ssl.tcp", AddressOf(other).Protocol);
        other.ActorOf(Props.Create(() => new Echo()), "echo");
        var echo = one.ActorSelection(new RootActorPath(AddressOf(other)) / "user" / "echo");
        Assert.Equal(new Numbered(1), await echo.Ask(new Numbered(1), Bound));
    }

    [Fact]
    public async Task A_system_without_encryption_is_not_heard()
    {
        using var guarded = StartTls(_own, _own);
        await Refused(Sys, guarded);
    }

    [Fact]
    public async Task A_system_with_a_certificate_that_is_not_trusted_is_not_heard()
    {
        using var guarded = StartTls(_own, _own);
        using var stranger = StartTls(Certificate("CN=stranger"), _own);
        await Refused(stranger, guarded);
    }

    [Fact]
    public async Task A_system_is_not_talked_to_that_is_not_trusted()
    {
        using var stranger = StartTls(Certificate("CN=stranger"), _own);
        using var careful = StartTls(_own, _own);
        await Refused(careful, stranger);
    }

    private async Task Refused(ActorSystem from, ActorSystem to)
    {
        var probe = CreateTestProbe(to);
        to.ActorOf(Props.Create(() => new Forwarder(probe.Ref)), "sink");
        // Who does not encrypt cannot even name one that does: it names who would be there if that one did not.
        var address = AddressOf(to).WithProtocol(AddressOf(from).Protocol);
        var far = from.ActorSelection(new RootActorPath(address) / "user" / "sink");
        await Assert.ThrowsAsync<ActorNotFoundException>(() => far.ResolveOne(TimeSpan.FromSeconds(2)));
        Assert.False(probe.HasMessages);
    }

    private ActorSystem StartTls(X509Certificate2 own, X509Certificate2 trusted)
    {
        var print = trusted.GetCertHashString();
        var ssl = new DotNettySslSetup(own, false, true, (shown, _, _, _, _) => shown?.GetCertHashString() == print);
        return Start(BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString(On)).And(ssl));
    }

    private static X509Certificate2 Certificate(string subject)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var yesterday = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var made = request.CreateSelfSigned(yesterday, yesterday.AddDays(30));
        // Through a file's bytes: a key that exists only in memory is not taken by every transport.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _own.Dispose();
    }
}

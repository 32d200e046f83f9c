using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CameraFabric.Fabric.Links;

namespace CameraFabric.Fabric.Tests.Links;

/// <summary>Certificates of two authorities, and what a node does with them.</summary>
internal static class LinkCertificates
{
    private static readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public static X509Certificate2 Authority { get; } = Make("CN=authority");

    public static X509Certificate2 Stranger { get; } = Make("CN=stranger");

    public static LinkOptions Options(X509Certificate2 own, params X509Certificate2[] trusted) => LinkBench.Patient with
    {
        Certificate = own,
        Refusal = peer => RefusalOf(peer, trusted.Length > 0 ? trusted : [Authority]),
    };

    private static string? RefusalOf(X509Certificate2? peer, X509Certificate2[] trusted)
    {
        if (peer is null) return "it shows no certificate";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain.Build(peer)) return null;
        return chain.ChainStatus.Any(static status => status.Status == X509ChainStatusFlags.NotTimeValid)
            ? $"{peer.Subject} is not valid now"
            : $"{peer.Subject} is not of this authority";
    }

    private static X509Certificate2 Make(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(_now.AddDays(-10), _now.AddDays(10));
    }

    public static X509Certificate2 Node(X509Certificate2 authority, string name, int days = 9)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        using var bare = request.Create(authority, _now.AddDays(-9), _now.AddDays(days), [1, 2, 3, 4]);
        using var whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }
}

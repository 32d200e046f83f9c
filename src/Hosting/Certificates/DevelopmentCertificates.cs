using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CameraFabric.Hosting.Certificates;

/// <summary>
/// An authority made on the spot and one certificate for each node of a rig: enough to try TLS, and no more. Whoever can read the folder
/// can join the cluster, and nothing is ever revoked.
/// </summary>
internal static class DevelopmentCertificates
{
    /// <summary>The authority's certificate, which every node is given.</summary>
    public const string Authority = "authority.pem";

    /// <summary>The authority's key, which no node needs.</summary>
    public const string AuthorityKey = "authority.key";

    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // The clocks of two machines differ; a certificate made just now must be valid on the slower one.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(10);

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Writes the authority and, for each node, <c>NODE.pfx</c> (certificate and key, no password) and <c>NODE.pem</c> (the same as text).</summary>
    /// <param name="folder">Where; made with mode 0700 when it is not there. Each file has mode 0600.</param>
    /// <param name="nodes">The nodes, each with its host.</param>
    /// <param name="validity">How long all of them are valid from now on.</param>
    /// <param name="force">Overwrites what is there.</param>
    /// <param name="time">What time it is.</param>
    /// <returns>The files, in the order in which they were written.</returns>
    /// <exception cref="IOException">One of the files is there already, and <paramref name="force"/> is not set.</exception>
    public static IReadOnlyList<string> Write(string folder, IReadOnlyList<CertifiedNode> nodes, TimeSpan validity, bool force, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var (from, until) = (now - ClockSkew, now + validity);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = MakeAuthority(authorityKey, from, until);
        var files = new List<(string Name, byte[] Content)>
        {
            (Authority, Text(authority.ExportCertificatePem())),
            (AuthorityKey, Text(authorityKey.ExportPkcs8PrivateKeyPem())),
        };
        foreach (var node in nodes)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var bare = MakeNode(node, key, authority, from, until);
            using var certificate = bare.CopyWithPrivateKey(key);
            files.Add(($"{node.Name}.pfx", certificate.Export(X509ContentType.Pfx)));
            files.Add(($"{node.Name}.pem", Text($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}")));
        }

        return WriteAll(folder, files, force);
    }

    private static X509Certificate2 MakeAuthority(ECDsa key, DateTimeOffset from, DateTimeOffset until)
    {
        var request = new CertificateRequest("CN=camera-fabric development authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(from, until);
    }

    private static X509Certificate2 MakeNode(CertifiedNode node, ECDsa key, X509Certificate2 authority, DateTimeOffset from, DateTimeOffset until)
    {
        var request = new CertificateRequest($"CN={node.Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(node.Name);
        if (IPAddress.TryParse(node.Host, out var address)) names.AddIpAddress(address);
        else if (node.Host != node.Name) names.AddDnsName(node.Host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        // A node calls others and is called by them.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication, ClientAuthentication], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request.Create(authority, from, until, RandomNumberGenerator.GetBytes(16));
    }

    private static List<string> WriteAll(string folder, List<(string Name, byte[] Content)> files, bool force)
    {
        Directory.CreateDirectory(folder, Mine | UnixFileMode.UserExecute);
        var there = files.Select(static file => file.Name).Where(name => File.Exists(Path.Combine(folder, name))).ToArray();
        if (there.Length > 0 && !force)
        {
            throw new IOException(
                $"{folder} has {string.Join(", ", there)} already; choose another folder, or write --force to make all of them anew (nodes with the old ones are refused then)");
        }

        var written = new List<string>();
        foreach (var (name, content) in files)
        {
            var path = Path.Combine(folder, name);
            // Not into the old file: its mode and whoever has it open would stay.
            File.Delete(path);
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mine });
            file.Write(content);
            written.Add(path);
        }

        return written;
    }

    private static byte[] Text(string pem) => System.Text.Encoding.ASCII.GetBytes(pem + "\n");
}

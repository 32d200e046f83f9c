using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor.Setup;
using Akka.Remote.Transport.DotNetty;
using CameraFabric.Fabric.Rigs;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Nodes;

/// <summary>
/// How a node shows others who it is, and whom it believes: whoever has a certificate that the rig's authority has signed and that is valid
/// now. Names in certificates are for people; nothing is revoked. Thread-safe.
/// </summary>
public sealed partial class NodeTls
{
    /// <summary>What stands for the node's name in the paths of <see cref="TlsRig"/>: one rig file is for all nodes.</summary>
    public const string NodeName = "{node}";

    private readonly X509Certificate2 _authority;
    private readonly ILogger _logger;

    private NodeTls(X509Certificate2 certificate, X509Certificate2 authority, ILogger logger) =>
        (Certificate, _authority, _logger) = (certificate, authority, logger);

    /// <summary>The node's own certificate, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Reads a node's certificate and the authority's.</summary>
    /// <param name="files">Where they are.</param>
    /// <param name="node">The node's name; for a child its parent's.</param>
    /// <param name="loggers">Where refusals are logged.</param>
    /// <exception cref="RigException">A file cannot be read, or a node with this certificate would be refused by every other.</exception>
    public static NodeTls Load(TlsRig files, string node, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(loggers);
        var password = files.PasswordFile.Length == 0 ? null
            : Read("password-file", FileOf(files.PasswordFile, node), "name a file whose first line is the password",
                static path => File.ReadLines(path).FirstOrDefault() ?? "");
        var certificate = Read("certificate", FileOf(files.Certificate, node), "name a PKCS #12 file (.pfx) with certificate and key, and its `password-file` if it has one",
            path => X509CertificateLoader.LoadPkcs12FromFile(path, password));
        var authority = Read("authority", FileOf(files.Authority, node), "name a PEM file with the authority's certificate",
            static path => X509Certificate2.CreateFromPem(File.ReadAllText(path)));
        var tls = new NodeTls(certificate, authority, loggers.CreateLogger("CameraFabric.Tls"));
        if (!certificate.HasPrivateKey) throw Fault("certificate", $"{FileOf(files.Certificate, node)} has no key", "name a PKCS #12 file (.pfx) with certificate and key");
        if (tls.Refusal(certificate) is { } refusal) throw Fault("certificate", $"every other node would refuse it: {refusal}", "make one that the rig's authority has signed and that is valid now");
        return tls;
    }

    /// <summary>Why a peer's certificate is not believed, in words; null when it is.</summary>
    /// <param name="peer">The certificate that the peer has shown; null when it has shown none.</param>
    public string? Refusal(X509Certificate2? peer)
    {
        if (peer is null) return "it shows no certificate";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        // Only what the authority signed directly: nothing is fetched from where a stranger's certificate says.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        try
        {
            if (chain.Build(peer)) return null;
        }
        catch (CryptographicException error)
        {
            return $"its certificate cannot be read: {error.Message}";
        }

        var why = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, status) => all | status.Status);
        return $"its certificate ({peer.Subject}, of {peer.Issuer}) {InWords(why, peer)}";
    }

    /// <summary>Akka's part of it: both ends show certificates, and this class alone decides whom to believe.</summary>
    internal Setup ToSetup() => new DotNettySslSetup(
        Certificate, suppressValidation: false, requireMutualAuthentication: true, (peer, _, from, _, _) => IsBelieved(peer, from));

    /// <summary>Whether a peer is believed; when it is not, that is logged.</summary>
    /// <param name="peer">The certificate that the peer has shown; null when it has shown none.</param>
    /// <param name="from">Where the peer is, for the log.</param>
    internal bool IsBelieved(X509Certificate2? peer, string from)
    {
        if (Refusal(peer) is not { } refusal) return true;
        LogRefused(from, refusal);
        return false;
    }

    private static string InWords(X509ChainStatusFlags why, X509Certificate2 peer)
    {
        if (why.HasFlag(X509ChainStatusFlags.PartialChain) || why.HasFlag(X509ChainStatusFlags.UntrustedRoot) || why.HasFlag(X509ChainStatusFlags.NotSignatureValid))
            return "is not signed by this rig's authority";
        return why.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? $"is valid from {peer.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} to {peer.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC, and not now"
            : $"is not acceptable: {why}";
    }

    private static string FileOf(string path, string node) => path.Replace(NodeName, node, StringComparison.Ordinal);

    private static T Read<T>(string key, string path, string right, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw Fault(key, $"{path} cannot be read: {error.Message.TrimEnd('.')}", right);
        }
    }

    private static RigException Fault(string key, string message, string right) => new([new RigFault($"cluster.tls.{key}", message, right)]);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the node at {From} is refused: {Refusal}")]
    private partial void LogRefused(string from, string refusal);
}

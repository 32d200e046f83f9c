using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor.Setup;
using Akka.Event;

namespace Akka.Remote.Transport.DotNetty;

/// <summary>Decides whether a peer may connect.</summary>
/// <param name="certificate">What the peer shows; null for nothing.</param>
/// <param name="chain">How it was traced back; null where it was not.</param>
/// <param name="remotePeer">Who the peer is, for logs.</param>
/// <param name="errors">What the platform found.</param>
/// <param name="log">Where to say why not.</param>
/// <returns>Whether it may.</returns>
public delegate bool CertificateValidationCallback(X509Certificate2? certificate, X509Chain? chain, string remotePeer,
    SslPolicyErrors errors, ILoggingAdapter log);

/// <summary>Gives the transport its certificate in the program instead of in the configuration.</summary>
public sealed class DotNettySslSetup : Setup
{
    /// <summary>Makes a setup that asks every peer for a certificate.</summary>
    /// <param name="certificate">This side's certificate with its private key.</param>
    /// <param name="suppressValidation">Whether every certificate of a peer will do.</param>
    public DotNettySslSetup(X509Certificate2 certificate, bool suppressValidation) : this(certificate, suppressValidation, true)
    {
    }

    /// <summary>Makes a setup.</summary>
    /// <param name="certificate">This side's certificate with its private key.</param>
    /// <param name="suppressValidation">Whether every certificate of a peer will do.</param>
    /// <param name="requireMutualAuthentication">Whether one that connects has to show a certificate too.</param>
    public DotNettySslSetup(X509Certificate2 certificate, bool suppressValidation, bool requireMutualAuthentication)
    {
        Certificate = certificate;
        SuppressValidation = suppressValidation;
        RequireMutualAuthentication = requireMutualAuthentication;
    }

    /// <summary>Makes a setup that decides itself who may connect.</summary>
    /// <param name="certificate">This side's certificate with its private key.</param>
    /// <param name="suppressValidation">Whether every certificate of a peer will do.</param>
    /// <param name="requireMutualAuthentication">Whether one that connects has to show a certificate too.</param>
    /// <param name="customValidator">Decides; null leaves it to the platform.</param>
    public DotNettySslSetup(X509Certificate2 certificate, bool suppressValidation, bool requireMutualAuthentication,
        CertificateValidationCallback? customValidator) : this(certificate, suppressValidation, requireMutualAuthentication) =>
        CustomValidator = customValidator;

    /// <summary>This side's certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Whether every certificate of a peer will do.</summary>
    public bool SuppressValidation { get; }

    /// <summary>Whether one that connects has to show a certificate too.</summary>
    public bool RequireMutualAuthentication { get; }

    /// <summary>Decides who may connect; null leaves it to the platform.</summary>
    public CertificateValidationCallback? CustomValidator { get; }
}

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Remote.Transport.DotNetty;

/// <summary>How connections are encrypted: from the setup given in the program, else from <c>akka.remote.dot-netty.tcp.ssl</c>.</summary>
internal sealed class SslSettings
{
    private readonly X509Certificate2 _certificate;
    private readonly bool _suppressValidation;
    private readonly bool _mutual;
    private readonly bool _checksName;
    private readonly CertificateValidationCallback? _validator;

    private SslSettings(X509Certificate2 certificate, bool suppressValidation, bool mutual, bool checksName,
        CertificateValidationCallback? validator)
    {
        _certificate = certificate;
        _suppressValidation = suppressValidation;
        _mutual = mutual;
        _checksName = checksName;
        _validator = validator;
    }

    /// <summary>Reads the settings.</summary>
    /// <param name="setup">May hold a <see cref="DotNettySslSetup"/>, which wins.</param>
    /// <param name="config">The section <c>ssl</c>.</param>
    public static SslSettings From(ActorSystemSetup setup, Config config)
    {
        var given = setup.Get<DotNettySslSetup>();
        if (given.HasValue)
        {
            var one = given.Value;
            return new SslSettings(one.Certificate, one.SuppressValidation, one.RequireMutualAuthentication, false, one.CustomValidator);
        }
        var path = config.GetString("certificate.path");
        if (string.IsNullOrEmpty(path))
            throw new ConfigurationException("enable-ssl is on, but akka.remote.dot-netty.tcp.ssl.certificate.path names no certificate");
        return new SslSettings(X509CertificateLoader.LoadPkcs12FromFile(path, config.GetString("certificate.password")),
            config.GetBoolean("suppress-validation"), config.GetBoolean("require-mutual-authentication"),
            config.GetBoolean("validate-certificate-hostname"), null);
    }

    /// <summary>Encrypts the side of a connection that was accepted.</summary>
    public async Task<Stream> Accept(Stream plain, string peer, ILoggingAdapter log, CancellationToken end)
    {
        var stream = new SslStream(plain);
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = _certificate,
            ClientCertificateRequired = _mutual,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                (!_mutual && certificate is null) || MayConnect(certificate, chain, peer, errors, log),
        }, end);
        return stream;
    }

    /// <summary>Encrypts the side of a connection that was opened.</summary>
    public async Task<Stream> Connect(Stream plain, string host, ILoggingAdapter log, CancellationToken end)
    {
        var stream = new SslStream(plain);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = host,
            ClientCertificates = _mutual ? [_certificate] : [],
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => MayConnect(certificate, chain, host, errors, log),
        }, end);
        return stream;
    }

    private bool MayConnect(X509Certificate? certificate, X509Chain? chain, string peer, SslPolicyErrors errors, ILoggingAdapter log)
    {
        if (_validator is not null) return _validator(certificate as X509Certificate2, chain, peer, errors, log);
        if (certificate is null) return false;
        if (_suppressValidation) return true;
        return (_checksName ? errors : errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
    }
}

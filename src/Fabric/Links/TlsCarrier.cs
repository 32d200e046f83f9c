using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace CameraFabric.Fabric.Links;

/// <summary>A TCP connection with TLS, on which both ends show certificates of one authority.</summary>
internal sealed class TlsCarrier : TcpCarrier
{
    private readonly X509Certificate2 _own;
    private readonly Func<X509Certificate2?, string?> _refusal;
    private readonly TlsRecords _records;
    private readonly SslStream _stream;
    private string _objection = "";

    /// <summary>Takes over a connected socket. <see cref="Authenticate"/> comes before all else.</summary>
    public TlsCarrier(Socket socket, TimeSpan stall, X509Certificate2 own, Func<X509Certificate2?, string?> refusal)
        : base(socket, stall)
    {
        _own = own;
        _refusal = refusal;
        _records = new TlsRecords(this, socket);
        _stream = new SslStream(_records, leaveInnerStreamOpen: true, IsTrusted);
    }

    /// <summary>Whether it can be used.</summary>
    public bool IsAuthenticated => _stream.IsAuthenticated;

    /// <summary>Makes the connection secret, and both ends known to each other.</summary>
    /// <param name="isServer">Whether this end was connected to.</param>
    /// <exception cref="LinkException">Not possible; the message says whose certificate is wrong, and how.</exception>
    public void Authenticate(bool isServer)
    {
        if (_refusal(_own) is { } wrong) throw new LinkException($"every other node refuses this one: {wrong}");
        try
        {
            if (isServer)
            {
                _stream.AuthenticateAsServer(new SslServerAuthenticationOptions
                {
                    ServerCertificate = _own,
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = SslProtocols.None,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    CertificateChainPolicy = Policy(),
                    AllowTlsResume = false,
                });
            }
            else
            {
                _stream.AuthenticateAsClient(new SslClientAuthenticationOptions
                {
                    TargetHost = "",
                    ClientCertificates = [_own],
                    EnabledSslProtocols = SslProtocols.None,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    CertificateChainPolicy = Policy(),
                    AllowTlsResume = false,
                });
            }
        }
        catch (AuthenticationException) when (_objection.Length > 0)
        {
            throw new LinkException(_objection);
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw new LinkException($"TLS failed, perhaps because the other end refuses this node's certificate: {(e.InnerException ?? e).Message}");
        }

        _records.IsIdleAllowed = true;
    }

    /// <inheritdoc/>
    public override int Receive(Span<byte> buffer) => _stream.Read(buffer);

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> data) => _stream.Write(data);

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The socket first: the stream would take leave of a peer that may not listen.
        base.Dispose();
        _stream.Dispose();
    }

    // What the runtime finds is not asked for, and it must not fetch anything from where a stranger's certificate says.
    private static X509ChainPolicy Policy() => new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };

    // Who may come is said by the offer's token; that it comes from a node of this rig, by its certificate.
    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (_refusal(certificate as X509Certificate2) is not { } refusal) return true;
        _objection = $"the other end is refused: {refusal}";
        return false;
    }
}

namespace CameraFabric.Fabric.Rigs;

/// <summary>How nodes show each other who they are.</summary>
public sealed record TlsRig
{
    /// <summary>The PKCS #12 file with the node's certificate and key.</summary>
    public required string Certificate { get; init; }

    /// <summary>The PEM file with the authority's certificate that every node's must be signed by.</summary>
    public required string Authority { get; init; }

    /// <summary>The file whose first line is the password of <see cref="Certificate"/>; empty: it has none.</summary>
    public string PasswordFile { get; init; } = "";
}

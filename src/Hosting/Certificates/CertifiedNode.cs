using System.Net;

namespace CameraFabric.Hosting.Certificates;

/// <summary>For whom a certificate is made.</summary>
/// <param name="Name">The node's name in the rig.</param>
/// <param name="Host">Its address or host name.</param>
internal sealed record CertifiedNode(string Name, string Host)
{
    private const string Right = "write NAME or NAME=HOST, several with commas between them: front-soc=192.168.7.1,rear-soc=192.168.7.2";

    /// <summary>Reads a list as it is written on the command line; a node without a host is on this machine.</summary>
    /// <param name="list"><c>NAME[=HOST],...</c></param>
    /// <exception cref="ArgumentException">It is no such list.</exception>
    public static IReadOnlyList<CertifiedNode> ParseList(string list)
    {
        var nodes = list.Split(',').Select(Parse).ToArray();
        var twice = nodes.GroupBy(static node => node.Name).FirstOrDefault(static group => group.Count() > 1);
        return twice is null ? nodes : throw new ArgumentException($"--nodes names '{twice.Key}' twice; {Right}");
    }

    private static CertifiedNode Parse(string text)
    {
        var parts = text.Split('=');
        var node = new CertifiedNode(parts[0].Trim(), parts.Length > 1 ? parts[1].Trim() : IPAddress.Loopback.ToString());
        // The name becomes a file's, beside the authority's.
        var isName = node.Name.Length is > 0 and <= 63 && node.Name[0] != '-' && node.Name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            && node.Name != Path.GetFileNameWithoutExtension(DevelopmentCertificates.Authority);
        return isName && node.Host.Length > 0 && parts.Length <= 2 ? node : throw new ArgumentException($"--nodes has '{text}', which is no node; {Right}");
    }
}

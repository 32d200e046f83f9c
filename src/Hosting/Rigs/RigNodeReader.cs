using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Hosting.Rigs;

/// <summary>Reads a rig's nodes, how they keep together, and which of them something is on.</summary>
internal static class RigNodeReader
{
    private const string AddressRight = "write HOST:PORT, e.g. 127.0.0.1:4053 or [::1]:4053";

    private static readonly Dictionary<string, NodeRoles> Roles = new() { ["sensor"] = NodeRoles.Sensor, ["guest"] = NodeRoles.Guest };

    private static readonly Dictionary<string, Isolation> Isolations = Enum.GetValues<Isolation>()
        .ToDictionary(static isolation => RigWords.Of(isolation.ToString()));

    private static readonly Dictionary<string, DowningStrategy> Strategies = Enum.GetValues<DowningStrategy>()
        .ToDictionary(static strategy => RigWords.Of(strategy.ToString()));

    /// <summary>Reads one node. One with a mistake in its address gets a stand-in, so that others may still name it.</summary>
    public static NodeRig Read(string name, RigSection section)
    {
        NodeAddress? address = null;
        if (section.Text("address", required: true, AddressRight) is { } text && !NodeAddress.TryParse(text, out address))
            section.Fail("address", $"'{text}' is not an address", AddressRight);
        var node = new NodeRig
        {
            Name = name,
            // Stand-ins must not be found to be the same address.
            Address = address ?? new NodeAddress(section.Path, 1),
            Host = section.Text("host") ?? "",
            Links = ReadAddress(section, "links"),
            AdvertisedLinks = ReadAddress(section, "advertised-links"),
        };
        node = node with { Roles = section.Value("roles") is null ? node.Roles : ReadRoles(section) };
        section.RefuseUnknown();
        return node;
    }

    /// <summary>Reads how the nodes keep together.</summary>
    public static ClusterRig ReadCluster(RigSection section, string folder)
    {
        var cluster = new ClusterRig();
        cluster = cluster with
        {
            Seeds = [.. section.Texts("seeds", "write a list of nodes, e.g. [front-soc]").Select(static seed => seed.Text)],
            Downing = section.Choice("downing", cluster.Downing, Strategies),
            Quorum = section.Number("quorum"),
            Heartbeat = section.Duration("heartbeat", cluster.Heartbeat),
            Pause = section.Duration("pause", cluster.Pause),
            StableAfter = section.Duration("stable-after", cluster.StableAfter),
            Fence = section.Duration("fence", cluster.Fence),
            Insecure = section.Flag("insecure", cluster.Insecure),
            Tls = section.Section("tls") is { } tls ? ReadTls(tls, folder) : null,
        };
        section.RefuseUnknown();
        return cluster;
    }

    /// <summary>Whether something has a process of its own.</summary>
    public static Isolation ReadIsolation(RigSection section) => section.Choice("isolation", Isolation.None, Isolations);

    private static NodeAddress? ReadAddress(RigSection section, string key)
    {
        if (section.Text(key) is not { } text) return null;
        if (!NodeAddress.TryParse(text, out var address)) section.Fail(key, $"'{text}' is not an address", AddressRight);
        return address;
    }

    private static NodeRoles ReadRoles(RigSection section)
    {
        var right = $"write a list of: {string.Join(", ", Roles.Keys)}";
        var roles = NodeRoles.None;
        foreach (var entry in section.Texts("roles", right))
        {
            if (Roles.TryGetValue(entry.Text, out var role)) roles |= role;
            else section.Fail(entry.At, $"{section.Path}.roles", $"'{entry.Text}' is not known", right + Suggestion.For(entry.Text, Roles.Keys));
        }

        return roles;
    }

    private static TlsRig ReadTls(RigSection section, string folder)
    {
        var tls = new TlsRig
        {
            Certificate = ReadPath(section, "certificate", folder, required: true),
            Authority = ReadPath(section, "authority", folder, required: true),
            PasswordFile = ReadPath(section, "password-file", folder, required: false),
        };
        section.RefuseUnknown();
        return tls;
    }

    private static string ReadPath(RigSection section, string key, string folder, bool required) =>
        section.Text(key, required, "name a file, relative to this one") is { } file ? Path.GetFullPath(file, folder) : "";
}

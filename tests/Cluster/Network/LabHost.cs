namespace CameraFabric.Cluster.Tests.Network;

/// <summary>One machine of a lab: a network namespace of its own, or an address of this machine's loopback.</summary>
/// <param name="netns">Its network namespace; null on loopback.</param>
/// <param name="address">Its IPv4 address.</param>
/// <param name="port">The name of the switch's end of its cable.</param>
internal sealed class LabHost(string? netns, string address, string port)
{
    /// <summary>The name of its own end of the cable, in its namespace.</summary>
    public const string Device = "eth0";

    public string? Namespace => netns;

    public string Address => address;

    public string Port => port;

    /// <summary>What has to stand before a command so that it runs there.</summary>
    public IReadOnlyList<string> Launcher => netns is null ? [] : NetworkLab.Inside(netns);

    public override string ToString() => netns is null ? address : $"{address} ({netns})";
}

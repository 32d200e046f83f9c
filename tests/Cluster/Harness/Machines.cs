using System.Globalization;

namespace CameraFabric.Cluster.Tests.Harness;

/// <summary>
/// Machines on one network: network namespaces that are joined by a bridge, where this user may make them; otherwise addresses of this
/// machine's loopback, on which nothing can be cut or lost. Files and unix sockets are the same on all of them.
/// </summary>
internal sealed class Machines : IDisposable
{
    private static int _networks;

    private readonly string? _switch;
    private readonly List<Machine> _machines = [];

    private Machines(string? bridge) => _switch = bridge;

    /// <summary>Why there are no namespaces here; null when there are.</summary>
    public static string? WhyNoNamespaces { get; } = Try();

    /// <summary>Why packets cannot be dropped here; null when they can.</summary>
    public static string? WhyNoFilter { get; } =
        WhyNoNamespaces ?? (Tool.Succeeds("nft", "--version") ? null : "there is no nft on the PATH (Debian's package nftables has it)");

    /// <summary>By number, from 0.</summary>
    public Machine this[int number] => _machines[number];

    /// <summary>What a test's output says of them.</summary>
    public string Kind => _switch is not null ? "network namespaces joined by a bridge" : $"addresses on loopback: {WhyNoNamespaces}";

    /// <summary>So many machines, each of which reaches every other one.</summary>
    public static Machines Make(int count)
    {
        var network = Interlocked.Increment(ref _networks);
        return WhyNoNamespaces is null ? MakeNamespaces(count, $"cf{Environment.ProcessId}-{network}") : MakeAddresses(count, network);
    }

    public void Dispose()
    {
        foreach (var machine in _machines.Where(static machine => machine.Namespace is not null)) Tool.Run("ip", "netns", "del", machine.Namespace!);
        if (_switch is not null) Tool.Run("ip", "netns", "del", _switch);
    }

    private static Machines MakeNamespaces(int count, string prefix)
    {
        var machines = new Machines($"{prefix}-switch");
        Tool.Run("ip", "netns", "add", machines._switch!);
        Tool.Run("ip", "-n", machines._switch!, "link", "add", "br0", "type", "bridge");
        Tool.Run("ip", "-n", machines._switch!, "link", "set", "br0", "up");
        for (var number = 0; number < count; number++)
        {
            var machine = new Machine($"{prefix}-{number}", string.Create(CultureInfo.InvariantCulture, $"10.77.0.{number + 1}"));
            machines._machines.Add(machine);
            Tool.Run("ip", "netns", "add", machine.Namespace!);
            Tool.Run("ip", "link", "add", "name", $"port{number}", "netns", machines._switch!, "type", "veth", "peer", "name", Machine.Device, "netns", machine.Namespace!);
            Tool.Run("ip", "-n", machines._switch!, "link", "set", $"port{number}", "master", "br0", "up");
            machine.Ip("addr", "add", $"{machine.Address}/24", "dev", Machine.Device);
            machine.Ip("link", "set", Machine.Device, "up");
            machine.Ip("link", "set", "lo", "up");
        }

        return machines;
    }

    private static Machines MakeAddresses(int count, int network)
    {
        var machines = new Machines(null);
        for (var number = 0; number < count; number++)
            machines._machines.Add(new Machine(null, string.Create(CultureInfo.InvariantCulture, $"127.77.{network % 250}.{number + 1}")));
        return machines;
    }

    private static string? Try()
    {
        if (!Tool.Succeeds("ip", "-V")) return "there is no ip on the PATH (Debian's package iproute2 has it)";
        var probe = $"cf{Environment.ProcessId}-probe";
        if (!Tool.Succeeds("ip", "netns", "add", probe)) return "this user may not make network namespaces (`ip netns add`)";
        var may = Tool.Succeeds("ip", "-n", probe, "link", "add", "br0", "type", "bridge");
        Tool.Run("ip", "netns", "del", probe);
        return may ? null : "this kernel has no bridges for network namespaces (`ip link add br0 type bridge`)";
    }
}

/// <summary>One of them.</summary>
/// <param name="netns">Its network namespace; null on loopback.</param>
/// <param name="address">Its IPv4 address.</param>
internal sealed class Machine(string? netns, string address)
{
    /// <summary>The name of its network device.</summary>
    public const string Device = "eth0";

    private const string Table = "inet trial";

    public string? Namespace => netns;

    public string Address => address;

    /// <summary>What has to stand before a command so that it runs there.</summary>
    public IReadOnlyList<string> Launcher => netns is null ? [] : ["ip", "netns", "exec", netns];

    /// <summary>Nothing from the others reaches it; what it sends arrives.</summary>
    public void LoseFrom(params IEnumerable<Machine> others) => Filter([.. others.Select(static other => $"ip saddr {other.Address} drop")]);

    /// <summary>A packet in so many is lost on its way to this machine, by chance.</summary>
    public void LoseOneIn(int packets) => Filter([string.Create(CultureInfo.InvariantCulture, $"ip saddr 10.77.0.0/24 numgen random mod {packets} < 1 drop")]);

    /// <summary>Everything arrives again.</summary>
    public void Heal() => Filter([]);

    /// <summary>It sends no more than so many megabits in a second.</summary>
    public void Narrow(int megabits) => Tool.Run(
        [.. Launcher, "tc", "qdisc", "replace", "dev", Device, "root", "tbf", "rate", $"{megabits}mbit", "burst", "64kb", "latency", "50ms"]);

    internal void Ip(params IEnumerable<string> words) => Tool.Run(["ip", "-n", netns!, .. words]);

    private void Filter(IReadOnlyList<string> rules)
    {
        var text = $"""
            add table {Table}
            delete table {Table}
            table {Table} {"{"}
              chain input {"{"}
                type filter hook input priority 0; policy accept;
                {string.Join("\n", rules)}
              {"}"}
            {"}"}

            """;
        Tool.Feed(text, [.. Launcher, "nft", "-f", "-"]);
    }
}

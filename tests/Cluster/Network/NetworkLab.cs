using System.Globalization;
using System.Text.RegularExpressions;
using CameraFabric.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace CameraFabric.Cluster.Tests.Network;

/// <summary>
/// Machines on one network: network namespaces, each joined by a cable (veth) to a switch (a bridge in a namespace of its own), where
/// this user may make them; otherwise addresses of this machine's loopback, on which nothing can be cut or lost but what goes through a
/// <see cref="TcpProxy"/>. Files and unix sockets are the same on all of them.
/// What the network does to packets it does in the switch, so that a partition is there for all machines at one moment.
/// </summary>
internal sealed partial class NetworkLab : IDisposable
{
    /// <summary>What is in no namespace; labs do not see each other, and yet have different subnets so that logs tell them apart.</summary>
    private static int _labs;

    private readonly string? _switch;
    private readonly string _subnet;
    private readonly List<LabHost> _hosts = [];
    private readonly List<DelayingHost> _delaying = [];
    private readonly HashSet<(LabHost From, LabHost To)> _lost = [];
    private int _permille;

    private NetworkLab(int number, string? without)
    {
        Number = number;
        Without = without;
        _switch = without is null ? LabRights.NameOf(Environment.ProcessId, number, "switch") : null;
        _subnet = string.Create(CultureInfo.InvariantCulture, $"{(without is null ? 10 : 127)}.77.{number % 250}.");
    }

    /// <summary>Its number in this process.</summary>
    public int Number { get; }

    /// <summary>Why its machines are not namespaces; null when they are.</summary>
    public string? Without { get; }

    /// <summary>All machines.</summary>
    public IReadOnlyList<LabHost> Hosts => _hosts;

    /// <summary>What a test's output says of it.</summary>
    public string Kind => Without is { } why
        ? $"addresses on loopback; left out are partitions, losses and narrow cables: {why}"
        : LabRights.WhyNoFilter is { } unfiltered
            ? $"network namespaces joined by a switch; left out are partitions and losses: {unfiltered}"
            : "network namespaces joined by a switch";

    /// <summary>A machine by number, from 0.</summary>
    public LabHost this[int number] => _hosts[number];

    /// <summary>What has to stand before a command so that it runs in a network namespace.</summary>
    public static string[] Inside(string name) => ["ip", "netns", "exec", name];

    /// <summary>So many machines, each of which reaches every other one.</summary>
    /// <param name="hosts">How many, 1 to 250.</param>
    /// <param name="output">Where to say what kind of a network this is.</param>
    public static NetworkLab Make(int hosts, ITestOutputHelper? output = null) => Make(hosts, output, LabRights.WhyNoNamespaces);

    /// <summary>So many addresses of loopback, which the test itself reaches as well.</summary>
    public static NetworkLab OnLoopback(int hosts, ITestOutputHelper? output = null, string why = "the test reaches them itself") =>
        Make(hosts, output, why);

    /// <summary>Nothing gets from any machine of one side to any of the other, either way, without a word to who sends it.</summary>
    public void Partition(IEnumerable<LabHost> side, IEnumerable<LabHost> other)
    {
        LabHost[] there = [.. other];
        foreach (var one in side)
        {
            foreach (var two in there) _lost.UnionWith([(one, two), (two, one)]);
        }

        Filter();
    }

    /// <summary>Nothing gets between these two machines, either way.</summary>
    public void Partition(LabHost one, LabHost other) => Partition([one], [other]);

    /// <summary>What one machine sends to another is lost; what the other one sends arrives.</summary>
    public void OneWayLoss(LabHost from, LabHost to)
    {
        _lost.Add((from, to));
        Filter();
    }

    /// <summary>So much of everything is lost, by chance.</summary>
    /// <param name="percent">0 to 100, in tenths.</param>
    public void Loss(double percent)
    {
        _permille = (int)Math.Round(percent * 10);
        Filter();
    }

    /// <summary>Everything arrives again; cables stay as narrow, and ways as long, as they are.</summary>
    public void Heal()
    {
        _lost.Clear();
        _permille = 0;
        Filter();
    }

    /// <summary>How many packets have been lost since the network was last changed.</summary>
    public long CountLost() => Counters().Matches(Tool.Read([.. Inside(Switch), "nft", "list table bridge lab"]) ?? "")
        .Sum(static match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    /// <summary>Makes a machine's cable narrow, in both directions; what waits for it waits up to half a second, then it is lost.</summary>
    /// <param name="host">Whose.</param>
    /// <param name="kilobits">How much may pass in a second, in 1000 bits.</param>
    public void Narrow(LabHost host, int kilobits)
    {
        var queue = string.Create(CultureInfo.InvariantCulture, $"root tbf rate {kilobits}kbit burst {BurstBytes} latency 500ms");
        Tool.Run(["tc", "-n", host.Namespace ?? throw Lacking(), "qdisc", "replace", "dev", LabHost.Device, .. queue.Split(' ')]);
        Tool.Run(["tc", "-n", Switch, "qdisc", "replace", "dev", host.Port, .. queue.Split(' ')]);
    }

    /// <summary>What passes a narrow cable at once.</summary>
    public const int BurstBytes = 16 * 1024;

    /// <summary>
    /// Makes the ways long: every TCP connection that is opened from now on between machines takes so much longer in each direction.
    /// There is no netem everywhere; this is a <see cref="TcpProxy"/> in each namespace that connections are led through unasked.
    /// </summary>
    /// <param name="time">For each direction.</param>
    public async Task DelayAsync(TimeSpan time)
    {
        foreach (var host in _hosts) _delaying.Add(await DelayingHost.StartAsync(host, _subnet + "0/24", time));
    }

    public void Dispose()
    {
        foreach (var host in _delaying) host.Dispose();
        foreach (var name in _hosts.Select(static host => host.Namespace).Append(_switch).OfType<string>()) LabRights.Remove(name);
    }

    private string Switch => _switch ?? throw Lacking();

    private static NetworkLab Make(int hosts, ITestOutputHelper? output, string? without)
    {
        var lab = new NetworkLab(Interlocked.Increment(ref _labs), without);
        for (var number = 0; number < hosts; number++)
        {
            var netns = without is null ? LabRights.NameOf(Environment.ProcessId, lab.Number, $"{number}") : null;
            lab._hosts.Add(new LabHost(netns, string.Create(CultureInfo.InvariantCulture, $"{lab._subnet}{number + 1}"), $"port{number}"));
        }

        output?.WriteLine($"The network: {lab.Kind}.");
        try
        {
            if (without is null) lab.Build();
        }
        catch
        {
            lab.Dispose();
            throw;
        }

        return lab;
    }

    private void Build()
    {
        Batch([], [$"netns add {Switch}", .. _hosts.Select(static host => $"netns add {host.Namespace}"), .. _hosts.Select(Cable)]);

        // Without segments to be cut later, one packet here is one packet on the cable: that is what losses are counted in.
        foreach (var host in _hosts)
        {
            Batch(["-n", host.Namespace!], [
                "link set lo up", $"link set {LabHost.Device} gso_max_segs 1",
                $"addr add {host.Address}/24 dev {LabHost.Device}", $"link set {LabHost.Device} up"]);
        }

        Batch(["-n", Switch], [
            "link add br0 type bridge", "link set br0 up",
            .. _hosts.Select(static host => $"link set {host.Port} master br0 gso_max_segs 1 up")]);
    }

    private string Cable(LabHost host) =>
        $"link add name {host.Port} netns {Switch} type veth peer name {LabHost.Device} netns {host.Namespace}";

    private void Filter()
    {
        if (Without is null && LabRights.WhyNoFilter is { } why) throw new InvalidOperationException(why);
        IEnumerable<string> rules = _lost.Select(static way => $"ip saddr {way.From.Address} ip daddr {way.To.Address} counter drop");
        if (_permille > 0) rules = rules.Append($"ip saddr {_subnet}0/24 numgen random mod 1000 < {_permille} counter drop");
        Tool.Feed(
            $$"""
            add table bridge lab
            delete table bridge lab
            table bridge lab {
              chain forward {
                type filter hook forward priority 0; policy accept;
                {{string.Join("\n", rules)}}
              }
            }

            """,
            [.. Inside(Switch), "nft", "-f", "-"]);
    }

    private static void Batch(IEnumerable<string> options, IEnumerable<string> commands) =>
        Tool.Feed(string.Join('\n', commands) + "\n", ["ip", .. options, "-batch", "-"]);

    private InvalidOperationException Lacking() => new($"these machines are not network namespaces: {Without}");

    [GeneratedRegex(@"counter packets (\d+)")]
    private static partial Regex Counters();
}

using System.Diagnostics;
using System.Globalization;
using CameraFabric.Cluster.Tests.Harness;

namespace CameraFabric.Cluster.Tests.Network;

/// <summary>What this user may do with networks on this machine, and what an earlier test run has left behind on it.</summary>
internal static class LabRights
{
    /// <summary>What the names of all labs' namespaces begin with; the id of the process that made them follows.</summary>
    private const string Mark = "cflab";

    private const string Namespaces = "/run/netns";

    /// <summary>Why there are no namespaces here; null when there are.</summary>
    public static string? WhyNoNamespaces => Found.Value.Namespaces;

    /// <summary>Why packets cannot be dropped here; null when they can.</summary>
    public static string? WhyNoFilter => Found.Value.Filter;

    private static Lazy<(string? Namespaces, string? Filter)> Found { get; } = new(Find);

    /// <summary>The name of one of a process's namespaces.</summary>
    public static string NameOf(int process, int lab, string part) =>
        string.Create(CultureInfo.InvariantCulture, $"{Mark}-{process}-{lab}-{part}");

    /// <summary>The labs' namespaces on this machine whose names begin so.</summary>
    public static string[] NamesOf(string beginning = Mark) =>
        Directory.Exists(Namespaces)
            ? [.. Directory.EnumerateFiles(Namespaces, beginning + "-*").Select(static path => Path.GetFileName(path))]
            : [];

    /// <summary>Removes the namespaces of processes that are no more, and no others.</summary>
    public static void Sweep()
    {
        foreach (var name in NamesOf())
        {
            var process = name.Split('-')[1];
            if (int.TryParse(process, CultureInfo.InvariantCulture, out _) && !Directory.Exists($"/proc/{process}")) Remove(name);
        }
    }

    /// <summary>Removes a namespace and ends what still runs in it: a namespace lives as long as a process does that is in it.</summary>
    public static void Remove(string name)
    {
        // Two test runs may find the same one left behind: whichever comes second finds it gone.
        if (Tool.Read("ip", "netns", "pids", name) is { } running)
        {
            foreach (var id in running.Split('\n', StringSplitOptions.RemoveEmptyEntries)) End(int.Parse(id, CultureInfo.InvariantCulture));
        }

        if (!Tool.Succeeds("ip", "netns", "del", name) && NamesOf(name).Length > 0)
            throw new InvalidOperationException($"the network namespace {name} cannot be removed");
    }

    private static void End(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
            process.WaitForExit();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It has ended by itself meanwhile.
        }
    }

    private static (string? Namespaces, string? Filter) Find()
    {
        var namespaces = FindNamespaces(out var probe);
        var filter = namespaces ?? FindFilter(probe);
        if (namespaces is null) Tool.Run("ip", "netns", "del", probe);
        return (namespaces, filter);
    }

    private static string? FindNamespaces(out string probe)
    {
        probe = NameOf(Environment.ProcessId, 0, "probe");
        if (!Tool.Succeeds("ip", "-V")) return "there is no ip on the PATH (Debian's package iproute2 has it)";
        if (!Tool.Succeeds("ip", "netns", "add", probe)) return "this user may not make network namespaces (`ip netns add`)";
        Sweep();
        if (Tool.Succeeds("ip", "-n", probe, "link", "add", "br0", "type", "bridge")) return null;
        Tool.Run("ip", "netns", "del", probe);
        return "this kernel has no bridges for network namespaces (`ip link add br0 type bridge`)";
    }

    private static string? FindFilter(string probe)
    {
        if (!Tool.Succeeds("nft", "--version")) return "there is no nft on the PATH (Debian's package nftables has it)";
        return Tool.Succeeds([.. NetworkLab.Inside(probe), "nft", "add table bridge probe"])
            ? null
            : "this kernel does not filter what a bridge forwards (`nft add table bridge ...`)";
    }
}

using Xunit.Abstractions;

namespace CameraFabric.Cluster.Tests.Network;

public sealed class NetworkLabTests(ITestOutputHelper output)
{
    private const int Datagrams = 50;

    [NetworkFact]
    public async Task Machines_reach_each_other_and_themselves()
    {
        using var lab = NetworkLab.Make(2, output);
        using var one = await LabPeer.StartAsync(lab[0]);
        using var two = await LabPeer.StartAsync(lab[1]);

        await one.StreamAsync(lab[1], 100_000);
        await two.StreamAsync(lab[0], 100_000);
        await one.StreamAsync(lab[0], 100_000);
    }

    [NetworkFact]
    public async Task A_partition_lets_nothing_through_either_way_until_it_heals()
    {
        using var lab = NetworkLab.Make(3, output);
        using var one = await LabPeer.StartAsync(lab[0]);
        using var two = await LabPeer.StartAsync(lab[1]);
        using var three = await LabPeer.StartAsync(lab[2]);

        lab.Partition([lab[0]], [lab[1], lab[2]]);
        await one.SendAsync(lab[1], Datagrams);
        await one.SendAsync(lab[2], Datagrams);
        await two.SendAsync(lab[0], Datagrams);
        await two.SendAsync(lab[2], Datagrams);
        await LostAsync(lab, 3 * Datagrams);
        await three.ReceiveAsync(Datagrams);
        foreach (var peer in (LabPeer[])[one, two, three]) Assert.Equal(0, await peer.CountWaitingAsync());

        lab.Heal();
        await one.SendAsync(lab[1], Datagrams);
        await two.SendAsync(lab[0], Datagrams);
        await two.ReceiveAsync(Datagrams);
        await one.ReceiveAsync(Datagrams);
        Assert.Equal(0, lab.CountLost());
    }

    [NetworkFact]
    public async Task A_way_that_loses_everything_leaves_the_way_back_as_it_is()
    {
        using var lab = NetworkLab.Make(2, output);
        using var one = await LabPeer.StartAsync(lab[0]);
        using var two = await LabPeer.StartAsync(lab[1]);

        lab.OneWayLoss(lab[0], lab[1]);
        await one.SendAsync(lab[1], Datagrams);
        await two.SendAsync(lab[0], Datagrams);

        await one.ReceiveAsync(Datagrams);
        await LostAsync(lab, Datagrams);
        Assert.Equal(0, await two.CountWaitingAsync());
    }

    [NetworkFact]
    public async Task A_network_that_loses_some_packets_loses_them_by_chance_and_connections_get_over_it()
    {
        const int many = 2_000;
        using var lab = NetworkLab.Make(2, output);
        using var one = await LabPeer.StartAsync(lab[0]);
        using var two = await LabPeer.StartAsync(lab[1]);

        lab.Loss(percent: 20);
        await one.SendAsync(lab[1], many);
        // Out of 2,000 at 20 %, fewer than 200 or more than 600 are lost less often than once in 10^27 runs.
        await LostAsync(lab, 200);
        Assert.InRange(lab.CountLost(), 200, 600);

        lab.Loss(percent: 1);
        await one.StreamAsync(lab[1], 1_000_000);
    }

    [NetworkFact]
    public async Task A_narrow_cable_lets_no_more_through_than_its_rate()
    {
        const int kilobits = 2_000, bytes = 150_000;
        using var lab = NetworkLab.Make(2, output);
        using var one = await LabPeer.StartAsync(lab[0]);
        using var two = await LabPeer.StartAsync(lab[1]);

        lab.Narrow(lab[1], kilobits);

        // What is over the burst has to wait for the rate, however fast or slow this machine is.
        var least = TimeSpan.FromSeconds((bytes - NetworkLab.BurstBytes) * 8 / (kilobits * 1000.0));
        Assert.InRange(await one.StreamAsync(lab[1], bytes), least, TimeSpan.MaxValue);
        Assert.InRange(await two.StreamAsync(lab[0], bytes), least, TimeSpan.MaxValue);
    }

    [NetworkFact]
    public async Task Long_ways_delay_each_direction_and_those_who_connect_need_not_know()
    {
        var delay = TimeSpan.FromMilliseconds(50);
        using var lab = NetworkLab.Make(2, output);
        using var one = await LabPeer.StartAsync(lab[0]);
        using var two = await LabPeer.StartAsync(lab[1]);

        await lab.DelayAsync(delay);

        Assert.InRange(await one.StreamAsync(lab[1], 1_000), 2 * delay, TimeSpan.MaxValue);
        Assert.InRange(await two.StreamAsync(lab[0], 1_000), 2 * delay, TimeSpan.MaxValue);
    }

    [NetworkFact]
    public async Task Nothing_is_left_of_a_lab_not_even_what_still_ran_in_it()
    {
        LabPeer peer;
        string names;
        using (var lab = NetworkLab.Make(2, output))
        {
            names = LabRights.NameOf(Environment.ProcessId, lab.Number, "*")[..^2];
            peer = await LabPeer.StartAsync(lab[0]);
            Assert.Equal(3, LabRights.NamesOf(names).Length);
        }

        Assert.Empty(LabRights.NamesOf(names));
        Assert.True(peer.HasEnded);
        peer.Dispose();
    }

    [NetworkFact]
    public void What_a_killed_test_run_left_behind_is_swept_and_nothing_else()
    {
        // No process has the largest number that the kernel gives to one (it starts anew below that).
        const int nobody = 1 << 22;
        var left = LabRights.NameOf(nobody, 1, "switch");
        Harness.Tool.Run("ip", "netns", "add", left);
        using var lab = NetworkLab.Make(1, output);

        LabRights.Sweep();

        Assert.Empty(LabRights.NamesOf($"cflab-{nobody}"));
        Assert.Contains(lab[0].Namespace, LabRights.NamesOf());
    }

    [Fact]
    public async Task Without_rights_machines_are_addresses_and_the_lab_says_what_is_left_out()
    {
        using var lab = NetworkLab.OnLoopback(2, output, "there is no ip");
        using var one = await LabPeer.StartAsync(lab[0]);
        using var two = await LabPeer.StartAsync(lab[1]);

        await one.StreamAsync(lab[1], 100_000);

        Assert.Equal("addresses on loopback; left out are partitions, losses and narrow cables: there is no ip", lab.Kind);
        Assert.NotEqual(lab[0].Address, lab[1].Address);
        var refused = Assert.Throws<InvalidOperationException>(() => lab.Partition(lab[0], lab[1]));
        Assert.Contains("there is no ip", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => lab.Narrow(lab[0], 1_000));
    }

    [NetworkFact]
    public void Labs_beside_each_other_have_subnets_of_their_own()
    {
        using var lab = NetworkLab.Make(1, output);
        using var other = NetworkLab.Make(1, output);
        Assert.NotEqual(lab[0].Address, other[0].Address);
    }

    private static async Task LostAsync(NetworkLab lab, long count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (lab.CountLost() < count) await poll.WaitForNextTickAsync(limit.Token);
    }
}

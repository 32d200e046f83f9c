using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CameraFabric.EndToEnd.Tests;
using CameraFabric.Hosting.Control;

namespace CameraFabric.Cluster.Tests;

/// <summary><c>run RIG</c> of a rig whose nodes are all on this machine.</summary>
public sealed class NodeGroupTests
{
    [Fact]
    public async Task All_nodes_of_a_rig_on_this_machine_run_and_stop_together()
    {
        var folder = Directory.CreateTempSubdirectory("cf-group-");
        try
        {
            var rig = Path.Combine(folder.FullName, "rig.yaml");
            var (first, second) = FreePorts();
            await File.WriteAllTextAsync(rig, $$"""
                rig: group
                runtime: .
                cluster: { pause: 20s, stable-after: 10s, fence: 20s } # nobody is to be put out on a busy machine
                nodes: { one: { address: "127.0.0.1:{{first}}" }, two: { address: "127.0.0.1:{{second}}" } }
                cameras: { free: { sensor: synthetic, format: GREY, size: 320x240, rate: 30 } }
                """);
            using var run = FabricProcess.Start("run", rig, "--json");
            await run.SaysAsync("running node 'one'");
            await run.SaysAsync("running node 'two'");

            run.Terminate();
            var code = await run.EndAsync();

            var status = JsonSerializer.Deserialize(run.Output, ControlJson.Default.RigStatus)!;
            Assert.Equal(["one", "two"], status.Nodes.Select(static node => node.Node).Order());
            Assert.Empty(status.Silent);
            Assert.Equal(0, code);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Both are held until both are known: one that is given back can come again.
    private static (int First, int Second) FreePorts()
    {
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var second = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        return (Bind(first), Bind(second));
    }

    private static int Bind(Socket socket)
    {
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

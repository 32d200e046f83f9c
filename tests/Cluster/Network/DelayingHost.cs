using System.Globalization;
using CameraFabric.Cluster.Tests.Harness;

namespace CameraFabric.Cluster.Tests.Network;

/// <summary>A proxy inside a lab's machine, and the rule that leads the machine's connections through it.</summary>
internal sealed class DelayingHost : IDisposable
{
    /// <summary>Marks the proxy's own packets, which go their way.</summary>
    public const int Mark = 77;

    private const int Port = 9;

    private readonly LabPeer _proxy;

    private DelayingHost(LabPeer proxy) => _proxy = proxy;

    /// <summary>From now on, whatever the machine connects to on the lab's network is as far away as wanted.</summary>
    public static async Task<DelayingHost> StartAsync(LabHost host, string subnet, TimeSpan delay)
    {
        string[] arguments = ["delay", $"{Port}", delay.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)];
        var proxy = await LabPeer.StartAsync(host.Launcher, arguments);
        Tool.Feed(
            $$"""
            table ip lab {
              chain output {
                type nat hook output priority -100;
                ip daddr {{subnet}} ip daddr != {{host.Address}} ip protocol tcp meta mark != {{Mark}} redirect to :{{Port}}
              }
            }

            """,
            [.. host.Launcher, "nft", "-f", "-"]);
        return new DelayingHost(proxy);
    }

    public void Dispose() => _proxy.Dispose();
}

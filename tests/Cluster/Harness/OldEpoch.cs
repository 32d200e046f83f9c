using CameraFabric.Fabric.Status;
using CameraFabric.Hosting.Control;

namespace CameraFabric.Cluster.Tests.Harness;

/// <summary>
/// Looks on while others take over a camera from a node that has lost them: from the moment when anybody knows a newer epoch than that
/// node, its guests get no frame more, and its fence is closed.
/// </summary>
/// <param name="node">The node that is given up.</param>
/// <param name="camera">The camera that it delivers.</param>
/// <param name="epoch">The epoch that it has.</param>
internal sealed class OldEpoch(string node, string camera, uint epoch)
{
    private long? _delivered;
    private bool _isOld;

    /// <summary>Whether it was seen with the old epoch after others had a newer one.</summary>
    public bool WasSeen => _delivered is not null;

    /// <summary>Looks at what all nodes say now.</summary>
    public void See(RigStatus status)
    {
        // Nodes are asked one after the other: what the one itself says counts from the time after others have said that theirs is newer.
        if (_isOld && status.Nodes.FirstOrDefault(one => one.Node == node && !HasNewer(one)) is { Cluster: { } view } own)
        {
            Assert.False(view.FenceOpen);
            _delivered ??= own.Delivered(camera);
            Assert.Equal(_delivered, own.Delivered(camera));
        }

        _isOld |= status.Nodes.Any(one => one.Node != node && HasNewer(one));
    }

    private bool HasNewer(FabricStatus one) => one.Cluster?.Homes.Any(home => home.Camera == camera && home.Epoch > epoch) ?? false;
}

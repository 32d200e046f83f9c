namespace CameraFabric.Fabric.Placement;

/// <summary>Where a camera is at home.</summary>
/// <param name="Camera">The camera's id.</param>
/// <param name="Home">The node; null: it is lost, see <paramref name="Loss"/>.</param>
/// <param name="Epoch">Grows exactly when <paramref name="Home"/> changes; the first is 1. What carries an older one is refused.</param>
/// <param name="Releasing">
/// Whether the home shall stop the camera and say so (<see cref="HomeReleased"/>), because another one waits.
/// </param>
/// <param name="Loss">Why it has no home.</param>
public sealed record Assignment(string Camera, NodeIncarnation? Home, uint Epoch, bool Releasing, HomeLoss Loss)
{
    /// <summary>Whether a node's run is the camera's home.</summary>
    /// <param name="node">The node's run.</param>
    public bool IsHome(NodeIncarnation node) => Home == node;
}

namespace CameraFabric.Fabric.Placement;

/// <summary>One run of a node: a process that is started again under the same name and address is another one.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Address">Its actors' address: <c>akka.tcp://camera-fabric@HOST:PORT</c>.</param>
/// <param name="Uid">The number that its actor system has drawn.</param>
public sealed record NodeIncarnation(string Node, string Address, int Uid)
{
    /// <summary><c>front-soc#1234</c>.</summary>
    public override string ToString() => $"{Node}#{Uid:x8}";
}

namespace CameraFabric.Fabric.Messages;

/// <summary>
/// A message that may leave the node: an immutable record that MessagePack can write. What stays on the node (frames, requests, chains,
/// references to them) does not carry this mark, and so cannot be sent away by accident.
/// </summary>
public interface IFabricMessage;

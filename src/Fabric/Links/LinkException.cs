namespace CameraFabric.Fabric.Links;

/// <summary>A link cannot go on; the message says why, for people.</summary>
internal sealed class LinkException(string message) : IOException(message);

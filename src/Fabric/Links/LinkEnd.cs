namespace CameraFabric.Fabric.Links;

/// <summary>How a link's end came to its end.</summary>
/// <param name="Reason">Why, for people.</param>
/// <param name="IsOrderly">Whether one of both ends wanted it so, and nothing was lost without being told; otherwise it broke.</param>
internal readonly record struct LinkEnd(string Reason, bool IsOrderly);

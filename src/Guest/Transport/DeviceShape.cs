namespace CameraFabric.Guest.Transport;

/// <summary>What a transport must know of the kind of device at its other end, and nothing more.</summary>
/// <param name="Name">What it is called in messages, e.g. <c>camera</c>.</param>
/// <param name="Queues">How many queues it has, 1 to 8.</param>
/// <param name="ConfigBytes">Bytes of its configuration space, 1 to 256.</param>
/// <param name="MaximumSegments">Most descriptors of one chain; queues smaller than this allow as many as they have entries.</param>
/// <param name="Features">The device's own feature bits that the driver takes if they are offered.</param>
public sealed record DeviceShape(string Name, int Queues, int ConfigBytes, int MaximumSegments, ulong Features = 0);

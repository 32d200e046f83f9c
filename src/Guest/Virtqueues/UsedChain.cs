namespace CameraFabric.Guest.Virtqueues;

/// <summary>A chain that the device has given back.</summary>
/// <param name="Token">What the driver gave <see cref="DriverQueue.TryAdd"/>.</param>
/// <param name="Written">Bytes the device says it wrote, counted from the first device-writable byte; never more than the chain
/// offered.</param>
public readonly record struct UsedChain(int Token, int Written);

namespace CameraFabric.Device.Camera.Capabilities;

/// <summary>What the device grants besides what the camera is.</summary>
/// <param name="MaximumInFlight">Requests held at once.</param>
/// <param name="MinimumBuffers">Buffers needed to stream without loss.</param>
/// <param name="MaximumBuffers">Buffers attached at once.</param>
public readonly record struct CapabilityLimits(int MaximumInFlight, int MinimumBuffers, int MaximumBuffers);

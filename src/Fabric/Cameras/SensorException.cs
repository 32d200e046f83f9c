namespace CameraFabric.Fabric.Cameras;

/// <summary>A sensor has failed: what its actor throws, so that its supervisor starts it anew.</summary>
/// <param name="message">What failed, and of which camera.</param>
/// <param name="inner">Why, if the sensor said so.</param>
public sealed class SensorException(string message, Exception? inner = null) : Exception(message, inner);

using System.Runtime.InteropServices;

namespace CameraFabric.Device.Camera.Wire;

/// <summary><c>struct virtio_camera_config</c>: the device's configuration space, 136 bytes, read-only for the driver.</summary>
/// <param name="Version"><see cref="CameraWire.ProtocolVersion"/>.</param>
/// <param name="Flags">What the device is and in which state.</param>
/// <param name="StreamCount">Most streams in one configuration.</param>
/// <param name="MaximumInFlight">Requests the device holds at once.</param>
/// <param name="MaximumRequestBytes">Longest device-readable part of a request, in bytes.</param>
/// <param name="MaximumResultBytes">Longest device-writable part that a result can fill, in bytes.</param>
/// <param name="PipelineDepth">Frames from a request to its frame, typically.</param>
/// <param name="CapabilityBytes">Size of the capability blob.</param>
/// <param name="CapabilityGeneration">Changes with the capability blob.</param>
/// <param name="Name">The camera's name, UTF-8.</param>
/// <param name="CameraUuid">The camera.</param>
/// <param name="SyncGroupUuid">Cameras with the same group expose together; all zero for none.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public readonly record struct CameraConfig(
    [field: FieldOffset(0)] uint Version,
    [field: FieldOffset(4)] CameraConfigFlags Flags,
    [field: FieldOffset(8)] uint StreamCount,
    [field: FieldOffset(12)] uint MaximumInFlight,
    [field: FieldOffset(16)] uint MaximumRequestBytes,
    [field: FieldOffset(20)] uint MaximumResultBytes,
    [field: FieldOffset(24)] uint PipelineDepth,
    [field: FieldOffset(28)] uint CapabilityBytes,
    [field: FieldOffset(32)] ulong CapabilityGeneration,
    [field: FieldOffset(40)] Text64 Name,
    [field: FieldOffset(104)] WireUuid CameraUuid,
    [field: FieldOffset(120)] WireUuid SyncGroupUuid)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 136;
}

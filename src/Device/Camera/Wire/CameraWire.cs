using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CameraFabric.Device.Camera.Wire;

/// <summary>The numbers of the virtio-camera protocol, version 1.0, and the two ways between a wire structure and bytes.</summary>
/// <remarks>
/// docs/virtio-camera.md, "Camera Device". All fields are little-endian with natural alignment, like the machines this runs on.
/// </remarks>
public static class CameraWire
{
    /// <summary>The virtio device ID of a camera.</summary>
    public const int DeviceId = 43;

    /// <summary>What the configuration space says in <c>version</c>: major in the upper 16 bits, minor in the lower.</summary>
    public const uint ProtocolVersion = 1 << 16;

    /// <summary>What every command header says in <c>version</c>.</summary>
    public const ushort HeaderVersion = 1;

    /// <summary>What every control packet says in <c>version</c>.</summary>
    public const uint PacketVersion = 1;

    /// <summary>VIRTIO_CAMERA_F_SHM: the driver can have frames in place, in memory of the device.</summary>
    public const ulong SharedMemoryFeature = 1UL << 0;

    /// <summary>The shared memory region that frames in place lie in.</summary>
    public const int SharedMemoryRegion = 0;

    /// <summary>Instead of a buffer or slot: none.</summary>
    public const uint NoSlot = uint.MaxValue;

    /// <summary>Index of the queue of commands.</summary>
    public const int ControlQueue = 0;

    /// <summary>Index of the queue of event buffers.</summary>
    public const int EventQueue = 1;

    /// <summary>Index of the queue of requests.</summary>
    public const int RequestQueue = 2;

    /// <summary>Number of queues.</summary>
    public const int QueueCount = 3;

    /// <summary>Largest size of each queue, in entries.</summary>
    public const int MaximumQueueSize = 256;

    /// <summary>The least a buffer in the event queue may hold, in bytes.</summary>
    public const int MinimumEventBytes = 64;

    /// <summary>What a buffer in the event queue should hold, in bytes, so that changed controls fit.</summary>
    public const int AdvisedEventBytes = 1024;

    /// <summary>Most planes that a stream configuration can name.</summary>
    public const int MaximumPlanes = 4;

    /// <summary>Most items that a control packet may carry.</summary>
    public const int MaximumPacketItems = 128;

    /// <summary>Every part of a control packet and of the capability blob begins at a multiple of this, in bytes.</summary>
    public const int Alignment = 8;

    /// <summary>The bytes of a value up to the next multiple of <see cref="Alignment"/>.</summary>
    public static int Align(int bytes) => (bytes + (Alignment - 1)) & ~(Alignment - 1);

    /// <summary>
    /// Reads a structure from the start of <paramref name="bytes"/>; bytes that are missing count as 0, bytes beyond it are ignored.
    /// </summary>
    public static T Read<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        if (bytes.Length >= Unsafe.SizeOf<T>()) return MemoryMarshal.Read<T>(bytes);
        T value = default;
        bytes.CopyTo(MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    /// <summary>Writes a structure to the start of <paramref name="target"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The target is shorter than the structure.</exception>
    public static void Write<T>(Span<byte> target, in T value)
        where T : unmanaged => MemoryMarshal.Write(target, in value);
}

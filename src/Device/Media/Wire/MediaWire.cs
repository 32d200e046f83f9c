namespace CameraFabric.Device.Media.Wire;

/// <summary>The numbers of the virtio media device (virtio 1.4, chapter "Media Device").</summary>
public static class MediaWire
{
    /// <summary>The virtio device ID.</summary>
    public const int DeviceId = 48;

    /// <summary>Index of the queue of commands.</summary>
    public const int CommandQueue = 0;

    /// <summary>Index of the queue of event buffers.</summary>
    public const int EventQueue = 1;

    /// <summary>Number of queues.</summary>
    public const int QueueCount = 2;

    /// <summary>Largest size of each queue, in entries.</summary>
    public const int MaximumQueueSize = 256;

    /// <summary>Id of the shared memory region that MMAP buffers appear in.</summary>
    public const byte MmapRegion = 0;

    /// <summary>Bytes of that region.</summary>
    public const long MmapRegionBytes = 1L << 30;

    /// <summary>What a driver's mappings are aligned to, in bytes.</summary>
    public const int PageBytes = 4096;

    /// <summary>Most planes of a buffer (VIDEO_MAX_PLANES).</summary>
    public const int MaximumPlanes = 8;

    /// <summary>Most buffers of a queue (VIDEO_MAX_FRAME).</summary>
    public const int MaximumBuffers = 32;
}

namespace CameraFabric.Guest.Program;

/// <summary>Where a media guest's buffers lie.</summary>
public enum MediaBuffers
{
    /// <summary>In the device, if it shares memory; else in the guest.</summary>
    Any,

    /// <summary>In the device, seen through shared memory region 0 (MMAP).</summary>
    Mapped,

    /// <summary>In the guest's own pages (USERPTR).</summary>
    UserPointer,
}

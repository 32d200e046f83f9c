using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Platform;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>What a media session asks beyond what every face asks of its camera. Called on the session's thread; returns at once.</summary>
public interface IMediaSessionHost : ICameraSessionHost
{
    /// <summary>
    /// Whether the front-end lets the device map memory into shared memory region 0. Without it there are no MMAP buffers.
    /// </summary>
    bool CanShareMemory { get; }

    /// <summary>Let the guest see a part of a file in region 0, to read and to write. Answer: <see cref="MediaSession.OnMapped"/>.</summary>
    /// <param name="ticket">To be named in the answer.</param>
    /// <param name="file">The file; may be closed once this has returned.</param>
    /// <param name="offset">Where in the region, a multiple of the page size.</param>
    /// <param name="length">Bytes from the file's start, a multiple of the page size.</param>
    void Map(ulong ticket, FileDescriptor file, long offset, long length);

    /// <summary>Take away exactly what one <see cref="Map"/> mapped. Answer: <see cref="MediaSession.OnUnmapped"/>.</summary>
    void Unmap(ulong ticket, long offset, long length);
}

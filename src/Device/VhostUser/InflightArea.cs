using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// The memory that a front-end keeps for a back-end, to hand it to the next one as it is (vhost-user, GET_INFLIGHT_FD). Owns the
/// descriptor.
/// </summary>
public sealed class InflightArea : IDisposable
{
    internal InflightArea(in WireInflight wire, FileDescriptor descriptor)
    {
        Wire = wire;
        Descriptor = descriptor;
    }

    /// <summary>The memory's file.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Bytes.</summary>
    public long Bytes => (long)Wire.Size;

    /// <summary>For how many queues.</summary>
    public int Queues => Wire.Queues;

    /// <summary>For how many descriptors of each.</summary>
    public int QueueSize => Wire.QueueSize;

    internal WireInflight Wire { get; }

    /// <summary>Closes the file.</summary>
    public void Dispose() => Descriptor.Dispose();
}

using CameraFabric.Device.Delivery;
using CameraFabric.Device.VhostUser;

namespace CameraFabric.Fabric.Guests;

/// <summary>Where the connection's thread and the session's actor find each other's parts that any thread may use. Thread-safe.</summary>
internal sealed class SessionSeat
{
    private volatile IGuestSession? _session;
    private volatile VhostUserBackend? _backend;
    private ulong _features;

    /// <summary>The session; only what any thread may call.</summary>
    public IGuestSession? Session
    {
        get => _session;
        set => _session = value;
    }

    /// <summary>The features that the driver chose.</summary>
    public ulong Features
    {
        get => Volatile.Read(ref _features);
        set => Volatile.Write(ref _features, value);
    }

    /// <summary>The connection.</summary>
    public VhostUserBackend? Backend
    {
        get => _backend;
        set => _backend = value;
    }
}

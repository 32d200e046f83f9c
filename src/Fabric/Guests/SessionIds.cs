using CameraFabric.Device.Camera.Sessions;

namespace CameraFabric.Fabric.Guests;

/// <summary>Gives each session of a node a number of its own. Thread-safe.</summary>
internal sealed class SessionIds
{
    private long _last;

    /// <summary>The next number, 1 to <see cref="CameraSessionOptions.MaximumSessionId"/>; after the largest it begins anew.</summary>
    public ulong Next() => (ulong)(Interlocked.Increment(ref _last) - 1) % CameraSessionOptions.MaximumSessionId + 1;
}

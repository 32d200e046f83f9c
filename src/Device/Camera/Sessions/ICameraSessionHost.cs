using System.Collections.Immutable;
using CameraFabric.Device.Delivery;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>
/// What a session asks of the camera and of whoever holds its device. Every call returns at once; an ask that carries a ticket is answered
/// later
/// by the session's method named with it, with the same ticket. Called on the session's thread.
/// </summary>
public interface ICameraSessionHost
{
    /// <summary>Bring the camera into a configuration that its profile can do. Answer: <see cref="IGuestSession.OnConfigured"/>.</summary>
    void Configure(ulong ticket, StreamConfiguration wanted);

    /// <summary>Let frames come, with these controls in force from the first. Answer: <see cref="IGuestSession.OnStarted"/>.</summary>
    void Start(ulong ticket, ImmutableArray<ControlEntry> initial);

    /// <summary>
    /// No more frames for this session. Also sent to undo a start that was given up. Answer: <see cref="IGuestSession.OnStopped"/>.
    /// </summary>
    void Stop(ulong ticket);

    /// <summary>Set controls that no frame's set carries. Answer: <see cref="IGuestSession.OnControlsSet"/>.</summary>
    void SetGlobalControls(ulong ticket, ImmutableArray<ControlEntry> controls);

    /// <summary>Make this session the owner. Answer: <see cref="IGuestSession.OnOwner"/>.</summary>
    void AcquireOwner(ulong ticket, bool force);

    /// <summary>This session does not want to be the owner any more. Answer: <see cref="IGuestSession.OnOwner"/>.</summary>
    void ReleaseOwner(ulong ticket);

    /// <summary>
    /// The fan-out may give this request a frame from now on. Always before <see cref="SubmitControls"/> of the same request.
    /// </summary>
    void Arm(FrameRequest request);

    /// <summary>
    /// The controls of a request, for the camera's schedule. An empty set's id comes again after its frame was delivered.
    /// </summary>
    void SubmitControls(ControlSet set);

    /// <summary>The request of this set has ended without a frame.</summary>
    void CancelControls(ulong setId);

    /// <summary>
    /// Map the pool with the camera's frames of this size into the guest's shared memory region 0. Answer:
    /// <see cref="CameraSession.OnPoolMapped"/>.
    /// </summary>
    void MapPool(ulong ticket, int frameBytes);

    /// <summary>Take away what was mapped last. Every frame in it has been given back.</summary>
    void UnmapPool();

    /// <summary>The configuration space reads differently now: tell the driver.</summary>
    void ConfigChanged();

    /// <summary>The guest broke the protocol: end its device and say why. The session looks at nothing more from it.</summary>
    void Violation(string reason);
}

using CameraFabric.Device.Camera.Sessions;

namespace CameraFabric.Fabric.Rigs;

/// <summary>One camera as a guest sees it.</summary>
public sealed record GuestCameraRig
{
    /// <summary>The camera's id.</summary>
    public required string Camera { get; init; }

    /// <summary>What the guest is to this camera at first.</summary>
    public SessionRole Role { get; init; } = SessionRole.Observer;

    /// <summary>As what kind of device the guest sees it.</summary>
    public GuestFace Face { get; init; }

    /// <summary>The vhost-user socket that a VMM connects to; empty: <c>GUEST.CAMERA.sock</c> in the rig's runtime directory.</summary>
    public string SocketPath { get; init; } = "";

    /// <summary>
    /// Frames that the guest may hold in place, in the camera's own memory, 0 to 64; 0: it gets copies alone. A guest with leases sees all
    /// frames of the camera, also those that it is not given.
    /// </summary>
    public int Leases { get; init; }

    /// <summary>Whether the guest may become the camera's owner at run time, also against the present owner's will (FORCE).</summary>
    public bool MayAcquire { get; init; }
}

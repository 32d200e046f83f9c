using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Guest.Camera;

/// <summary>
/// What a <see cref="CameraDriver"/> tells. All members are called on the driver's call thread, one after the other: they must be brief,
/// must not throw, and must not call a command of the driver (its answer arrives on this very thread). Submitting requests is allowed.
/// </summary>
public interface ICameraListener
{
    /// <summary>A request has ended. It is the caller's again: submit it anew or return it.</summary>
    void Completed(CameraRequest request);

    /// <summary>An event came. <paramref name="controls"/> are those of CONTROL_CHANGED, valid during the call.</summary>
    void Received(in CameraEvent occurred, ReadOnlySpan<ReportedControl> controls);

    /// <summary>The configuration space has changed: read it again, on another thread.</summary>
    void ConfigChanged();

    /// <summary>The device broke a rule of the protocol in something nobody was waiting for; it is ignored and told here.</summary>
    void Violated(string what);

    /// <summary>
    /// The device is gone, but its rings are kept and it is looked for: requests in flight end when it is back. Either
    /// <see cref="Resumed"/> or <see cref="Disconnected"/> follows.
    /// </summary>
    void Interrupted(string reason)
    {
    }

    /// <summary>
    /// The device is back on the same rings. What it had held ends with CANCELLED; its first frame after that is a discontinuity.
    /// </summary>
    /// <param name="gap">From the loss until the rings ran again.</param>
    void Resumed(TimeSpan gap)
    {
    }

    /// <summary>The connection has ended. Nothing is told after this; requests in flight do not end any more.</summary>
    void Disconnected(string reason);
}

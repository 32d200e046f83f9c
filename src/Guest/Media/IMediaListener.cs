namespace CameraFabric.Guest.Media;

/// <summary>
/// What a media driver tells without being asked, on its call thread or on the thread of a command. A listener must not issue commands.
/// </summary>
public interface IMediaListener
{
    /// <summary>
    /// The device did what would harm a Linux guest's driver, or what the protocol forbids; the driver has not acted on it.
    /// </summary>
    void Violated(string what);

    /// <summary>The connection has ended: every session is gone with it.</summary>
    void Disconnected(string reason);

    /// <summary>The configuration space has changed.</summary>
    void ConfigChanged()
    {
    }

    /// <summary>A buffer or an event waits in a session, or the session was given up by the device.</summary>
    void Arrived(MediaSession session)
    {
    }
}

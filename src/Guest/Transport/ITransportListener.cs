namespace CameraFabric.Guest.Transport;

/// <summary>What a transport tells its driver, always on the transport's call thread, one after the other.</summary>
public interface ITransportListener
{
    /// <summary>The device has called for a queue: look at its used ring.</summary>
    void QueueCalled(int index);

    /// <summary>The configuration space has changed (virtio 1.3 §2.5.1, vhost-user VHOST_USER_BACKEND_CONFIG_CHANGE_MSG).</summary>
    void ConfigChanged();

    /// <summary>
    /// The connection has ended, but the rings stay as they are: the transport connects again by itself. Chains can be added and kicked
    /// meanwhile; reading the configuration space fails. Either <see cref="ConnectionBack"/> or <see cref="Disconnected"/> follows.
    /// </summary>
    void ConnectionLost(string reason)
    {
    }

    /// <summary>
    /// The device is there again, on the same rings. A call of every queue follows, and before it <see cref="ConfigChanged"/> if the
    /// configuration space reads otherwise than before.
    /// </summary>
    /// <param name="gap">From the loss until the rings ran again.</param>
    void ConnectionBack(TimeSpan gap)
    {
    }

    /// <summary>The connection has ended, or the driver gave it up. Nothing is told after this.</summary>
    void Disconnected(string reason);
}

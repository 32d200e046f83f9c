namespace CameraFabric.Guest.Transport;

/// <summary>What a transport tells its driver, always on the transport's call thread, one after the other.</summary>
public interface ITransportListener
{
    /// <summary>The device has called for a queue: look at its used ring.</summary>
    void QueueCalled(int index);

    /// <summary>The configuration space has changed (virtio 1.3 §2.5.1, vhost-user VHOST_USER_BACKEND_CONFIG_CHANGE_MSG).</summary>
    void ConfigChanged();

    /// <summary>The connection has ended, or the driver gave it up. Nothing is told after this.</summary>
    void Disconnected(string reason);
}

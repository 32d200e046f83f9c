using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Camera.Sessions;

/// <content>The configuration space: an image that other threads read, made anew whenever the session has changed.</content>
public sealed partial class CameraSession
{
    /// <summary>
    /// The configuration space as it reads now, <see cref="CameraConfig.Bytes"/> bytes or as many as there is room for. Any thread.
    /// </summary>
    public void ReadConfig(Span<byte> config)
    {
        var image = Volatile.Read(ref _config);
        image.AsSpan(0, Math.Min(image.Length, config.Length)).CopyTo(config);
    }

    private byte[] RenderConfig()
    {
        var image = new byte[CameraConfig.Bytes];
        CameraWire.Write(image, _session.ReadConfig());
        return image;
    }

    // After whatever may have changed the state: what a restart must not lose is kept, and the configuration space follows. Not amid a
    // command: its change is kept together with its answer.
    private void RefreshConfig()
    {
        _keeper.Keep();
        RefreshImage();
    }

    // Readers on other threads see either the old image or the new one, never a mixture.
    private void RefreshImage()
    {
        if (CameraWire.Read<CameraConfig>(_config) != _session.ReadConfig()) Volatile.Write(ref _config, RenderConfig());
    }

    private void AnnounceConfig()
    {
        RefreshImage();
        _session.Host.ConfigChanged();
    }
}

namespace CameraFabric.Fabric.Links;

/// <summary>A connection whose greeting was right. Belongs to whoever was called with it: a <see cref="LinkSender"/>, or dispose it.</summary>
internal sealed class LinkConnection : IDisposable
{
    /// <summary>Closes it.</summary>
    public void Dispose()
    {
    }
}

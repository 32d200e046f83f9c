using System.Diagnostics.Tracing;

namespace CameraFabric.Fabric.Delivery;

/// <summary>
/// Where a frame is on its way through the node, for <c>dotnet-trace</c> and the bench: provider <c>CameraFabric-Frames</c>. Costs a look
/// at a field as long as nobody listens.
/// </summary>
[EventSource(Name = "CameraFabric-Frames")]
internal sealed class FrameEvents : EventSource
{
    private FrameEvents()
    {
    }

    /// <summary>The one source.</summary>
    public static FrameEvents Log { get; } = new();

    /// <summary>The fan-out has been told of a frame.</summary>
    [Event(1)]
    public void Offered(string camera, long frame)
    {
        if (IsEnabled()) WriteEvent(1, camera, frame);
    }

    /// <summary>The delivery thread has taken it.</summary>
    [Event(2)]
    public void Taken(string camera, long frame)
    {
        if (IsEnabled()) WriteEvent(2, camera, frame);
    }

    /// <summary>It is in every guest's buffer.</summary>
    [Event(3)]
    public void Copied(string camera, long frame)
    {
        if (IsEnabled()) WriteEvent(3, camera, frame);
    }

    /// <summary>Every guest has its used entry.</summary>
    [Event(4)]
    public void Used(string camera, long frame)
    {
        if (IsEnabled()) WriteEvent(4, camera, frame);
    }
}

using CameraFabric.Device.Media.Wire;
using CameraFabric.Fabric.Tests.Fakes;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Guest.Media;

namespace CameraFabric.Fabric.Tests.Media;

/// <summary>
/// A node with a camera that exposes frames when the test says so, a guest that owns it over the media face, and an open session. At the
/// end the driver must have found nothing that harms a Linux guest, and everything must be accounted for.
/// </summary>
public abstract class MediaTest : IAsyncLifetime
{
    private protected const int Invalid = (int)MediaStatus.Invalid, NoIoctl = (int)MediaStatus.NoIoctl, Busy = (int)MediaStatus.Busy;

    private protected StepSensors Sensors { get; } = new();

    private protected RunningFabric Fabric { get; private set; } = null!;

    private protected MediaVisitor Guest { get; private set; } = null!;

    private protected MediaSession Session { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Fabric = MediaVisitor.Fabric(Sensors);
        await ConnectAsync(null);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        Guest.Dispose();
        try
        {
            Assert.Empty(Guest.Violations);
            await Fabric.StopAsync();
        }
        finally
        {
            await Fabric.DisposeAsync();
        }
    }

    /// <summary>Connects the guest, anew with other options if it is connected already.</summary>
    private protected async Task ConnectAsync(MediaDriverOptions? options)
    {
        Guest?.Dispose();
        Guest = await MediaVisitor.ConnectAsync(Fabric, options: options);
        Session = await Guest.OpenAsync(Fabric);
    }

    /// <summary>Exposes a frame for a buffer that waits, and takes the buffer that it comes in.</summary>
    private protected V4l2Buffer Expose()
    {
        Guest.AwaitWaiting(1);
        Sensors.Expose();
        return Guest.Next(Session);
    }
}

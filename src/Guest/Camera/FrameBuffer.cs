namespace CameraFabric.Guest.Camera;

/// <summary>Guest memory for one frame: planes one behind the other. Guarded by the driver's lock for requests.</summary>
internal sealed class FrameBuffer(ulong address, int bytes)
{
    /// <summary>Guest physical address.</summary>
    public ulong Address => address;

    /// <summary>Bytes of all planes.</summary>
    public int Bytes => bytes;

    /// <summary>Whether some request offers it to the device.</summary>
    public bool InFlight { get; set; }
}

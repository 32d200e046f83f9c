namespace CameraFabric.Device.Camera.Wire;

/// <summary>The <c>type</c> of a command header.</summary>
public enum CameraCommand : ushort
{
    /// <summary>Reads a part of the capability blob.</summary>
    GetCapabilities = 0x01,

    /// <summary>Asks what CONFIGURE would give; changes nothing.</summary>
    Try = 0x10,

    /// <summary>Sets the streams, the nearest that the camera can do, and begins a new generation.</summary>
    Configure = 0x11,

    /// <summary>Gives the configuration up: stops, flushes, detaches every buffer.</summary>
    Release = 0x12,

    /// <summary>Names guest memory as a buffer of a stream.</summary>
    AttachBuffer = 0x20,

    /// <summary>Forgets a buffer.</summary>
    DetachBuffer = 0x21,

    /// <summary>Begins streaming; may carry controls in force from the first frame.</summary>
    Start = 0x30,

    /// <summary>Ends streaming; answered when no request is held.</summary>
    Stop = 0x31,

    /// <summary>Ends every request held; streaming goes on.</summary>
    Flush = 0x32,

    /// <summary>Sets controls of global scope.</summary>
    SetControls = 0x40,

    /// <summary>Reads controls of global scope.</summary>
    GetControls = 0x41,

    /// <summary>Asks to become the camera's owner.</summary>
    AcquireOwner = 0x50,

    /// <summary>Gives the ownership up.</summary>
    ReleaseOwner = 0x51,

    /// <summary>Reads the device's clock.</summary>
    ClockSample = 0x60,

    /// <summary>Maps the camera's frame pool into shared memory region 0.</summary>
    MapPool = 0x70,

    /// <summary>Gives back a frame that was held in place.</summary>
    ReturnSlot = 0x71,

    /// <summary>A request, in the request queue only.</summary>
    Request = 0x80,
}

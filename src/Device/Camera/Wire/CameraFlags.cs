namespace CameraFabric.Device.Camera.Wire;

/// <summary><c>flags</c> of the configuration space.</summary>
[Flags]
public enum CameraConfigFlags : uint
{
    /// <summary>None of the others.</summary>
    None = 0,

    /// <summary>Some control has frame scope: requests may carry controls.</summary>
    PerFrame = 1,

    /// <summary>This device streams now.</summary>
    Streaming = 2,

    /// <summary>The source is there.</summary>
    SourcePresent = 4,

    /// <summary>This guest is the camera's owner.</summary>
    Owner = 8,

    /// <summary>This guest takes turns with others: each gets only frames taken as it asked.</summary>
    Interleaved = 16,
}

/// <summary><c>flags</c> of BUF_ATTACH.</summary>
[Flags]
public enum AttachFlags : uint
{
    /// <summary>The last slice: the buffer is whole.</summary>
    None = 0,

    /// <summary>More entries of this buffer follow in another command.</summary>
    More = 1,
}

/// <summary><c>flags</c> of SET_CONTROLS.</summary>
[Flags]
public enum SetControlsFlags : uint
{
    /// <summary>As far as possible; the reply says what became of each.</summary>
    None = 0,

    /// <summary>All exactly as asked, or none.</summary>
    Strict = 1,
}

/// <summary><c>flags</c> of ACQUIRE_OWNER.</summary>
[Flags]
public enum AcquireFlags : uint
{
    /// <summary>Only if nobody owns the camera.</summary>
    None = 0,

    /// <summary>Take it from the owner, if the host's rules allow that.</summary>
    Force = 1,
}

/// <summary><c>flags</c> of a request.</summary>
[Flags]
public enum RequestFlags : uint
{
    /// <summary>As far as possible; the result says what became of it.</summary>
    None = 0,

    /// <summary>Exactly as asked, or fail.</summary>
    Strict = 1,
}

/// <summary><c>flags</c> of a buffer reference and of a buffer result.</summary>
[Flags]
public enum BufferFlags : uint
{
    /// <summary>A buffer of the driver's.</summary>
    None = 0,

    /// <summary>The frame stays where it is, in a slot of the pool that is mapped; of a result, <c>buffer_id</c> is that slot.</summary>
    Shared = 1,

    /// <summary>Of a reference with <see cref="Shared"/>: <c>buffer_id</c> is a slot that the driver gives back with the request.</summary>
    Return = 2,
}

/// <summary><c>flags</c> of a result.</summary>
[Flags]
public enum ResultFlags : uint
{
    /// <summary>Everything as asked.</summary>
    None = 0,

    /// <summary>The target frame had passed, or some control was not in force yet.</summary>
    Late = 1,

    /// <summary>Some control was brought into its range.</summary>
    Clamped = 2,

    /// <summary>Some control was not looked at.</summary>
    Ignored = 4,

    /// <summary>The source was interrupted before this frame.</summary>
    Discontinuity = 8,

    /// <summary><c>checksum</c> holds the CRC-32C of stream 0's used bytes.</summary>
    Checksum = 16,

    /// <summary>The source says that the picture is damaged.</summary>
    Corrupt = 32,

    /// <summary>The chain had no room for all metadata; what is missing was left out whole, item by item.</summary>
    Truncated = 64,
}

/// <summary><c>flags</c> of an item in a control packet that the device wrote.</summary>
[Flags]
public enum ItemFlags : byte
{
    /// <summary>A value the device reports and nobody asked for; in packets of the driver always.</summary>
    None = 0,

    /// <summary>In force in this frame.</summary>
    Applied = 1,

    /// <summary>Later than asked: <c>arg</c> frames from this one, 0 for this one.</summary>
    Late = 2,

    /// <summary>Brought into range: the item carries the value used.</summary>
    Clamped = 4,

    /// <summary>Not looked at: unknown, of another scope or type, or not this guest's to set.</summary>
    Ignored = 8,
}

/// <summary>What a stream shows (<c>role</c>). 0x8000 and above belong to vendors.</summary>
public enum StreamRole : uint
{
    /// <summary>A view to look at.</summary>
    View = 0,

    /// <summary>Video to record or to compute on.</summary>
    Video = 1,

    /// <summary>Single pictures.</summary>
    Still = 2,

    /// <summary>What the sensor saw, not processed.</summary>
    Raw = 3,

    /// <summary>Distances.</summary>
    Depth = 4,

    /// <summary>Metadata without a picture.</summary>
    Metadata = 5,

    /// <summary>Statistics.</summary>
    Statistics = 6,

    /// <summary>Infrared.</summary>
    Infrared = 7,
}

namespace CameraFabric.Device.Media.Wire;

/// <summary>Device capabilities (V4L2_CAP_*).</summary>
[Flags]
public enum V4l2Capabilities : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>V4L2_CAP_VIDEO_CAPTURE.</summary>
    VideoCapture = 1,

    /// <summary>V4L2_CAP_EXT_PIX_FORMAT.</summary>
    ExtendedPixelFormat = 0x200000,

    /// <summary>V4L2_CAP_STREAMING.</summary>
    Streaming = 0x4000000,
}

/// <summary>Whose buffers (V4L2_BUF_TYPE_*).</summary>
public enum V4l2BufferType : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>V4L2_BUF_TYPE_VIDEO_CAPTURE: the only one of this device.</summary>
    VideoCapture = 1,
}

/// <summary>Where buffers lie (V4L2_MEMORY_*).</summary>
public enum V4l2Memory : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The device's, mapped through shared memory region 0.</summary>
    Mmap = 1,

    /// <summary>The guest's pages (SHARED_PAGES).</summary>
    UserPointer = 2,

    /// <summary>Exported objects; not offered.</summary>
    DmaBuf = 4,
}

/// <summary>What is to be known of a buffer (V4L2_BUF_FLAG_*).</summary>
[Flags]
public enum V4l2BufferFlags : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The guest sees it.</summary>
    Mapped = 1,

    /// <summary>The device has it.</summary>
    Queued = 2,

    /// <summary>The device is done with it.</summary>
    Done = 4,

    /// <summary>Its content is not to be used.</summary>
    Error = 0x40,

    /// <summary>It belongs to a media request.</summary>
    InRequest = 0x80,

    /// <summary>It is ready to be queued.</summary>
    Prepared = 0x400,

    /// <summary>The time is CLOCK_MONOTONIC's.</summary>
    TimestampMonotonic = 0x2000,

    /// <summary>The time is that of the start of the exposure.</summary>
    TimestampStartOfExposure = 0x10000,

    /// <summary>The last buffer of a stream.</summary>
    Last = 0x100000,

    /// <summary>A media request's descriptor goes along.</summary>
    RequestDescriptor = 0x800000,
}

/// <summary>What REQBUFS can do (V4L2_BUF_CAP_*).</summary>
[Flags]
public enum V4l2BufferCapabilities : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>MMAP buffers.</summary>
    Mmap = 1,

    /// <summary>USERPTR buffers.</summary>
    UserPointer = 2,

    /// <summary>REQBUFS with 0 frees buffers although they are mapped.</summary>
    OrphanedBuffers = 0x10,

    /// <summary>CREATE_BUFS says how many buffers there may be.</summary>
    MaximumBuffers = 0x80,
}

/// <summary>Types of controls (V4L2_CTRL_TYPE_*).</summary>
public enum V4l2ControlType : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>32 bits, signed.</summary>
    Integer = 1,

    /// <summary>0 or 1.</summary>
    Boolean = 2,

    /// <summary>One of named numbers.</summary>
    Menu = 3,

    /// <summary>Done when written.</summary>
    Button = 4,

    /// <summary>64 bits, signed.</summary>
    Integer64 = 5,

    /// <summary>The name of a class.</summary>
    Class = 6,

    /// <summary>Bits.</summary>
    Bitmask = 8,

    /// <summary>Array of bytes.</summary>
    Byte = 0x100,

    /// <summary>Array of 16 bits.</summary>
    Word = 0x101,

    /// <summary>Array of 32 bits.</summary>
    DoubleWord = 0x102,
}

/// <summary>What is to be known of a control (V4L2_CTRL_FLAG_*); in queries, what to look for.</summary>
[Flags]
public enum V4l2ControlFlags : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Not now: the device streams.</summary>
    Grabbed = 2,

    /// <summary>Only to be read.</summary>
    ReadOnly = 4,

    /// <summary>Changes by itself.</summary>
    Volatile = 0x80,

    /// <summary>Only to be written.</summary>
    WriteOnly = 0x40,

    /// <summary>An array: its value lies behind a pointer.</summary>
    HasPayload = 0x100,

    /// <summary>Each write is an action.</summary>
    ExecuteOnWrite = 0x200,

    /// <summary>Query: the next compound or array control.</summary>
    NextCompound = 0x40000000,

    /// <summary>Query: the next control that is none.</summary>
    NextControl = 0x80000000,
}

/// <summary>Types of events (V4L2_EVENT_*).</summary>
public enum V4l2EventType : uint
{
    /// <summary>To unsubscribe: every type.</summary>
    All = 0,

    /// <summary>A control changed.</summary>
    Control = 3,

    /// <summary>The source changed.</summary>
    SourceChange = 5,
}

/// <summary>How to subscribe (V4L2_EVENT_SUB_FL_*).</summary>
[Flags]
public enum V4l2SubscriptionFlags : uint
{
    /// <summary>Changes alone.</summary>
    None = 0,

    /// <summary>An event at once, with how things stand.</summary>
    SendInitial = 1,

    /// <summary>Also what the session changed itself.</summary>
    AllowFeedback = 2,
}

/// <summary>What changed of a control (V4L2_EVENT_CTRL_CH_*).</summary>
[Flags]
public enum V4l2ControlChanges : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Its value.</summary>
    Value = 1,

    /// <summary>Its flags.</summary>
    Flags = 2,

    /// <summary>Its range.</summary>
    Range = 4,
}

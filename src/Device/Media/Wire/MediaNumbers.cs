namespace CameraFabric.Device.Media.Wire;

/// <summary>What a command asks: <c>VIRTIO_MEDIA_CMD_*</c>.</summary>
public enum MediaCommand : uint
{
    /// <summary>Not a command.</summary>
    None = 0,

    /// <summary>A new session.</summary>
    Open = 1,

    /// <summary>The end of a session; has no answer.</summary>
    Close = 2,

    /// <summary>A V4L2 ioctl.</summary>
    Ioctl = 3,

    /// <summary>A buffer shall appear in shared memory region 0.</summary>
    Mmap = 4,

    /// <summary>A buffer is not looked at any more.</summary>
    Munmap = 5,
}

/// <summary>What an event tells: <c>VIRTIO_MEDIA_EVT_*</c>.</summary>
public enum MediaEvent : uint
{
    /// <summary>The session is lost.</summary>
    Error = 0,

    /// <summary>A buffer goes back to the driver.</summary>
    DequeueBuffer = 1,

    /// <summary>A V4L2 event.</summary>
    Event = 2,
}

/// <summary>What MMAP says in <c>flags</c>.</summary>
[Flags]
public enum MediaMmapFlags : uint
{
    /// <summary>For reading alone.</summary>
    None = 0,

    /// <summary>For writing as well.</summary>
    ReadWrite = 1,
}

/// <summary>A response's status: 0, or a Linux error number, which the driver hands to the application.</summary>
public enum MediaStatus : uint
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>EIO: the device failed, or the guest's memory is not what was said.</summary>
    Io = 5,

    /// <summary>ENOMEM: a limit is reached.</summary>
    NoMemory = 12,

    /// <summary>EACCES: the host's rules forbid it, or the control cannot be read or written.</summary>
    Access = 13,

    /// <summary>EFAULT: an address that is in no memory of the guest's.</summary>
    Fault = 14,

    /// <summary>EBUSY: right in itself, but somebody else has what it takes.</summary>
    Busy = 16,

    /// <summary>ENODEV: the source is lost.</summary>
    NoDevice = 19,

    /// <summary>EINVAL: no state of the device would accept this.</summary>
    Invalid = 22,

    /// <summary>EMFILE: too many sessions.</summary>
    TooManyFiles = 24,

    /// <summary>ENOSPC: the array has no room for the control's value.</summary>
    NoSpace = 28,

    /// <summary>ENOTTY: not one of the device's ioctls.</summary>
    NoIoctl = 25,

    /// <summary>ERANGE: a control's value is out of its range.</summary>
    Range = 34,

    /// <summary>EBADR: media requests are not offered.</summary>
    BadRequest = 53,

    /// <summary>ENOBUFS: the queue has as many buffers as it may have.</summary>
    NoBuffers = 105,

    /// <summary>ETIMEDOUT: the camera has not answered in time.</summary>
    TimedOut = 110,
}

/// <summary>The ioctls' numbers (<c>_IOC_NR</c> of VIDIOC_*), as far as a driver can send them.</summary>
public enum MediaIoctl : uint
{
    /// <summary>VIDIOC_QUERYCAP.</summary>
    QueryCapabilities = 0,

    /// <summary>VIDIOC_ENUM_FMT.</summary>
    EnumerateFormats = 2,

    /// <summary>VIDIOC_G_FMT.</summary>
    GetFormat = 4,

    /// <summary>VIDIOC_S_FMT.</summary>
    SetFormat = 5,

    /// <summary>VIDIOC_REQBUFS.</summary>
    RequestBuffers = 8,

    /// <summary>VIDIOC_QUERYBUF.</summary>
    QueryBuffer = 9,

    /// <summary>VIDIOC_QBUF.</summary>
    QueueBuffer = 15,

    /// <summary>VIDIOC_EXPBUF.</summary>
    ExportBuffer = 16,

    /// <summary>VIDIOC_DQBUF.</summary>
    DequeueBuffer = 17,

    /// <summary>VIDIOC_STREAMON.</summary>
    StreamOn = 18,

    /// <summary>VIDIOC_STREAMOFF.</summary>
    StreamOff = 19,

    /// <summary>VIDIOC_G_PARM.</summary>
    GetParameters = 21,

    /// <summary>VIDIOC_S_PARM.</summary>
    SetParameters = 22,

    /// <summary>VIDIOC_G_STD.</summary>
    GetStandard = 23,

    /// <summary>VIDIOC_ENUMINPUT.</summary>
    EnumerateInputs = 26,

    /// <summary>VIDIOC_G_CTRL.</summary>
    GetControl = 27,

    /// <summary>VIDIOC_S_CTRL.</summary>
    SetControl = 28,

    /// <summary>VIDIOC_QUERYCTRL.</summary>
    QueryControl = 36,

    /// <summary>VIDIOC_QUERYMENU.</summary>
    QueryMenu = 37,

    /// <summary>VIDIOC_G_INPUT.</summary>
    GetInput = 38,

    /// <summary>VIDIOC_S_INPUT.</summary>
    SetInput = 39,

    /// <summary>VIDIOC_TRY_FMT.</summary>
    TryFormat = 64,

    /// <summary>VIDIOC_G_PRIORITY.</summary>
    GetPriority = 67,

    /// <summary>VIDIOC_S_PRIORITY.</summary>
    SetPriority = 68,

    /// <summary>VIDIOC_LOG_STATUS.</summary>
    LogStatus = 70,

    /// <summary>VIDIOC_G_EXT_CTRLS.</summary>
    GetExtendedControls = 71,

    /// <summary>VIDIOC_S_EXT_CTRLS.</summary>
    SetExtendedControls = 72,

    /// <summary>VIDIOC_TRY_EXT_CTRLS.</summary>
    TryExtendedControls = 73,

    /// <summary>VIDIOC_ENUM_FRAMESIZES.</summary>
    EnumerateFrameSizes = 74,

    /// <summary>VIDIOC_ENUM_FRAMEINTERVALS.</summary>
    EnumerateFrameIntervals = 75,

    /// <summary>VIDIOC_DQEVENT.</summary>
    DequeueEvent = 89,

    /// <summary>VIDIOC_SUBSCRIBE_EVENT.</summary>
    SubscribeEvent = 90,

    /// <summary>VIDIOC_UNSUBSCRIBE_EVENT.</summary>
    UnsubscribeEvent = 91,

    /// <summary>VIDIOC_CREATE_BUFS.</summary>
    CreateBuffers = 92,

    /// <summary>VIDIOC_PREPARE_BUF.</summary>
    PrepareBuffer = 93,

    /// <summary>VIDIOC_G_SELECTION.</summary>
    GetSelection = 94,

    /// <summary>VIDIOC_S_SELECTION.</summary>
    SetSelection = 95,

    /// <summary>VIDIOC_QUERY_EXT_CTRL.</summary>
    QueryExtendedControl = 103,
}

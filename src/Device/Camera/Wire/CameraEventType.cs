namespace CameraFabric.Device.Camera.Wire;

/// <summary>The <c>type</c> of an event. 1 to 3 are kept for events of feature EARLY.</summary>
public enum CameraEventType : ushort
{
    /// <summary>No event.</summary>
    None = 0,

    /// <summary>Something failed; <c>code</c> is an <see cref="ErrorScope"/>.</summary>
    Error = 4,

    /// <summary>
    /// Frames that the guest did not get: <c>arg</c> of them, <c>code</c> is a <see cref="DropReason"/>, the last is <c>frame_number</c>.
    /// </summary>
    FrameDrop = 5,

    /// <summary>Controls changed that this guest did not change; a control packet follows.</summary>
    ControlChanged = 6,

    /// <summary>The camera's source; <c>code</c> is a <see cref="SourceEvent"/>.</summary>
    Source = 7,

    /// <summary>The ownership; <c>code</c> is an <see cref="OwnerEvent"/>.</summary>
    Owner = 8,

    /// <summary>The stream; <c>code</c> is a <see cref="StreamEvent"/>.</summary>
    Stream = 9,
}

/// <summary><c>flags</c> of an event.</summary>
[Flags]
public enum CameraEventFlags : ushort
{
    /// <summary>Nothing to say.</summary>
    None = 0,

    /// <summary>The buffer was too short for every changed control: read them with GET_CONTROLS.</summary>
    Truncated = 1,
}

/// <summary>What an ERROR event is about.</summary>
public enum ErrorScope : uint
{
    /// <summary>The whole device.</summary>
    Device = 1,

    /// <summary>One request.</summary>
    Request = 2,

    /// <summary>The metadata of a result.</summary>
    Result = 3,

    /// <summary>One buffer.</summary>
    Buffer = 4,
}

/// <summary>Why a frame did not reach the guest.</summary>
public enum DropReason : uint
{
    /// <summary>The guest had no request waiting.</summary>
    NoRequest = 1,

    /// <summary>The device had no room to capture into.</summary>
    Overrun = 2,

    /// <summary>The source did not give the frame.</summary>
    Source = 3,

    /// <summary>A rule of the host.</summary>
    Policy = 4,

    /// <summary>The guest holds as many frames in place as it may.</summary>
    Leases = 5,
}

/// <summary>What became of the camera's source.</summary>
public enum SourceEvent : uint
{
    /// <summary>It gives no frames; requests end with NO_SOURCE. <c>arg</c> is a <see cref="SourceFault"/>.</summary>
    Lost = 1,

    /// <summary>It gives frames again, as before.</summary>
    Back = 2,

    /// <summary>It is another: new capabilities, the old generation is stale.</summary>
    Changed = 3,

    /// <summary>Something is wrong with it, but it is not lost; <c>arg</c> is a <see cref="SourceFault"/>.</summary>
    Fault = 4,
}

/// <summary>What became of the ownership.</summary>
public enum OwnerEvent : uint
{
    /// <summary>This guest is the owner now.</summary>
    Gained = 1,

    /// <summary>This guest is not the owner any more.</summary>
    Lost = 2,

    /// <summary>The same, because another took it by force.</summary>
    Forced = 3,
}

/// <summary>What became of the stream.</summary>
public enum StreamEvent : uint
{
    /// <summary>It runs.</summary>
    Started = 1,

    /// <summary>It stands.</summary>
    Stopped = 2,

    /// <summary>It should run and no frame comes.</summary>
    Timeout = 3,
}

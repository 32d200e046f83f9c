namespace CameraFabric.Sensors.Faults;

/// <summary>What a scripted fault makes of a healthy sensor. In a script the names are written in small letters: <c>throw-open</c>.</summary>
public enum FaultKind
{
    /// <summary>Capture throws before the frame's edge.</summary>
    Throw,

    /// <summary>The sensor cannot be opened.</summary>
    ThrowOpen,

    /// <summary>Configure throws.</summary>
    ThrowConfigure,

    /// <summary>Start throws.</summary>
    ThrowStart,

    /// <summary>Dispose throws, after the sensor has been given back.</summary>
    ThrowDispose,

    /// <summary>Capture does not come back, whatever it is told.</summary>
    Hang,

    /// <summary>No frame comes; Capture ends when it is told to.</summary>
    Silent,

    /// <summary>Each frame shows the pixels of the first one concerned; numbers and times go on.</summary>
    Freeze,

    /// <summary>The frame has the number of the frame before.</summary>
    Repeat,

    /// <summary>The number is too large by the amount.</summary>
    JumpAhead,

    /// <summary>The number is too small by the amount.</summary>
    JumpBack,

    /// <summary>The start of exposure is 0.</summary>
    TimeZero,

    /// <summary>The start of exposure is too late by the amount, in seconds.</summary>
    TimeAhead,

    /// <summary>The start of exposure is too early by the amount, in seconds.</summary>
    TimeBehind,

    /// <summary>Only the amount, in percent, of the frame's bytes is there.</summary>
    Short,

    /// <summary>The frame comes later than it should by the amount, in frame periods.</summary>
    Late,
}

using CameraFabric.Fabric.Accounting;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.FanOut;

// What the fan-out is told besides Frame, FrameRequest and ControlSetLost. All of it stays on the node.

/// <summary>The camera to its fan-out: what kind of camera it is.</summary>
/// <param name="Profile">The camera's own description.</param>
internal sealed record DescribeFanOut(CameraProfile Profile);

/// <summary>The camera to its fan-out: frames of this configuration are meant for this session from now on.</summary>
/// <param name="Session">The session.</param>
/// <param name="Generation">The configuration's number.</param>
internal sealed record BeginStream(FanOutSession Session, uint Generation);

/// <summary>The camera to its fan-out: no more frames are meant for this session.</summary>
/// <param name="Session">The session.</param>
internal sealed record EndStream(FanOutSession Session);

/// <summary>The camera to its fan-out: this session is there.</summary>
/// <param name="Session">The session.</param>
internal sealed record JoinFanOut(FanOutSession Session);

/// <summary>The camera to its fan-out: this session is gone.</summary>
/// <param name="Session">The session.</param>
internal sealed record LeaveFanOut(FanOutSession Session);

/// <summary>The camera to its fan-out: this session controls the camera no longer.</summary>
/// <param name="Session">The session.</param>
internal sealed record UnbindSession(FanOutSession Session);

/// <summary>The camera to its fan-out: there is a new configuration.</summary>
/// <param name="Generation">Its number.</param>
internal sealed record SupersedeConfiguration(uint Generation);

/// <summary>The sensor to the fan-out: the source is lost; what waits is told so.</summary>
internal sealed class LoseSource
{
    /// <summary>The one message.</summary>
    public static LoseSource Message { get; } = new();
}

/// <summary>The capture thread to the fan-out: frames that nobody gets.</summary>
/// <param name="Sequence">The number of the last of them.</param>
/// <param name="ControlSet">The set that it was exposed for; 0 for none.</param>
/// <param name="Reason">Why.</param>
/// <param name="Count">How many.</param>
internal sealed record FrameMissed(ulong Sequence, ulong ControlSet, FrameDropReason Reason, int Count = 1);

/// <summary>The camera to its fan-out: this tap is told everything from now on.</summary>
/// <param name="Tap">The tap.</param>
internal sealed record OpenTap(IFrameTap Tap);

/// <summary>The camera to its fan-out: this tap is told nothing any more.</summary>
/// <param name="Tap">The tap.</param>
internal sealed record CloseTap(IFrameTap Tap);

/// <summary>Somebody wants to look at the next frame: it comes with a lease, in the answer's task.</summary>
/// <param name="Answer">Where the lease goes; whoever gets it disposes it.</param>
internal sealed record TakeFrame(TaskCompletionSource<FrameLease> Answer);

/// <summary>
/// The camera to its fan-out: nothing comes any more; end what waits and what is on its way. Answered with <see cref="FanOutDrained"/>.
/// </summary>
internal sealed class DrainFanOut
{
    /// <summary>The one message.</summary>
    public static DrainFanOut Message { get; } = new();
}

/// <summary>The fan-out to its camera: nothing is on its way any more.</summary>
/// <param name="InTime">Whether the delivery thread has ended.</param>
internal sealed record FanOutDrained(bool InTime);

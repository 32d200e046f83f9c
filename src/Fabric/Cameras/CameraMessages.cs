using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Sensors.Profiles;
using Akka.Actor;

namespace CameraFabric.Fabric.Cameras;

// What a camera's actor is told besides the messages that may leave the node. All of it stays on the node.

/// <summary>Who asks is told what the camera is, as soon as that is known: <see cref="CameraDescribed"/>.</summary>
public sealed class DescribeCamera
{
    /// <summary>The one message.</summary>
    public static DescribeCamera Message { get; } = new();
}

/// <summary>What a camera is.</summary>
/// <param name="Profile">Its own description.</param>
public sealed record CameraDescribed(CameraProfile Profile);

/// <summary>A session joins. Answered with <see cref="CameraJoined"/>.</summary>
/// <param name="Session">The session, as the fan-out knows it.</param>
/// <param name="Guest">The guest's name, for people.</param>
/// <param name="MayAcquire">Whether it may own the camera at run time.</param>
public sealed record JoinCamera(FanOutSession Session, string Guest, bool MayAcquire);

/// <summary>A session has joined, and knows whom to tell of requests and controls.</summary>
/// <param name="FanOut">Is told of requests.</param>
/// <param name="Sensor">Is told of control sets.</param>
/// <param name="Role">What the session is to the camera.</param>
/// <param name="Configuration">What is in force.</param>
/// <param name="IsSourcePresent">Whether frames can come.</param>
public sealed record CameraJoined(IActorRef FanOut, IActorRef Sensor, SessionRole Role, StreamConfiguration Configuration,
    bool IsSourcePresent);

/// <summary>The camera's own actor has failed and begins anew: its sessions are to come back.</summary>
/// <param name="Reason">How it failed.</param>
internal sealed record CameraFailed(string Reason);

/// <summary>The camera has as many sessions as it may have.</summary>
/// <param name="Limit">How many.</param>
public sealed record CameraFull(int Limit);

/// <summary>Frames are wanted by somebody who is no guest, until <see cref="ReleaseCapture"/>.</summary>
/// <param name="Look">For the fan-out: who gets the next frame.</param>
internal sealed record HoldCapture(TakeFrame Look);

/// <summary>Ends one <see cref="HoldCapture"/>.</summary>
internal sealed class ReleaseCapture
{
    /// <summary>The one message.</summary>
    public static ReleaseCapture Message { get; } = new();
}

/// <summary>Stop the camera for good. Answered with <see cref="CameraStopped"/>.</summary>
internal sealed class StopCamera
{
    /// <summary>The one message.</summary>
    public static StopCamera Message { get; } = new();
}

/// <summary>The camera has stopped: no thread of it runs, and every lease is back.</summary>
/// <param name="Camera">The camera's id.</param>
internal sealed record CameraStopped(string Camera);

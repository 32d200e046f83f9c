namespace CameraFabric.Device.VhostUser;

/// <summary>Why a connection ended.</summary>
public enum VhostUserEndReason
{
    /// <summary>The front-end closed it, or is gone.</summary>
    PeerClosed,

    /// <summary><see cref="VhostUserBackend.Stop"/> was called.</summary>
    Stopped,

    /// <summary>The front-end broke the protocol.</summary>
    ProtocolError,

    /// <summary>The front-end left a message half sent, or took no answer.</summary>
    TimedOut,

    /// <summary>The guest broke its device's rules: <see cref="VhostUserBackend.Break"/> was called.</summary>
    Broken,
}

/// <summary>How a connection ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">In words, for an operator: which message, what was wrong, what would be right.</param>
public sealed record VhostUserEnd(VhostUserEndReason Reason, string Message);

namespace CameraFabric.Device.VhostUser;

/// <summary>
/// The front-end sent what cannot be done. A refusal is answered with an error where the message asks for an answer, and the
/// connection goes on; what is fatal, or was not asked about, ends the connection.
/// </summary>
internal sealed class VhostUserViolation : Exception
{
    public VhostUserViolation(string message, bool isFatal = false, Exception? inner = null)
        : base(message, inner) => IsFatal = isFatal;

    /// <summary>Whether the connection cannot go on, even if the message asks for an answer.</summary>
    public bool IsFatal { get; }
}

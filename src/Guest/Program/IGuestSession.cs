namespace CameraFabric.Guest.Program;

/// <summary>One connection of a <see cref="CameraGuest"/>, whichever face the device has.</summary>
internal interface IGuestSession : IDisposable
{
    /// <summary>Streams until there is a reason to end.</summary>
    SessionEnd Run(CancellationToken stop);
}

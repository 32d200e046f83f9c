namespace CameraFabric.Sensors.Replay;

/// <summary>A file cannot be replayed: it is not what it should be. The message names the file, the frame if it is one, the byte, what was
/// found and what would be right.</summary>
public sealed class ReplayFormatException : FormatException
{
    /// <summary>Makes an error about a place in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">The byte, from 0.</param>
    /// <param name="frame">The frame, from 0; null for the file's header.</param>
    /// <param name="what">What was found, and what would be right.</param>
    public ReplayFormatException(string path, long offset, long? frame, string what)
        : base($"{path}: {(frame is null ? "" : $"frame {frame}, ")}byte {offset}: {what}")
    {
        Path = path;
        Offset = offset;
        Frame = frame;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The byte, from 0.</summary>
    public long Offset { get; }

    /// <summary>The frame, from 0; null for the file's header.</summary>
    public long? Frame { get; }
}

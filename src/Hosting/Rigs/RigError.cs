namespace CameraFabric.Hosting.Rigs;

/// <summary>One mistake in a rig file.</summary>
/// <param name="At">Where it stands.</param>
/// <param name="Path">What it is about, e.g. <c>cameras.front.size</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Right">What would be right.</param>
public sealed record RigError(RigPosition At, string Path, string Message, string Right)
{
    /// <summary>The error as compilers print theirs: <c>file:line:column: path: what is wrong; what would be right</c>.</summary>
    /// <param name="file">The rig file's name.</param>
    public string Describe(string file) => $"{file}:{At.Line}:{At.Column}: {Path}: {Message}; {Right}";
}

/// <summary>A rig file cannot be used; carries every mistake found in it, in the order of the file.</summary>
/// <param name="file">The rig file's name.</param>
/// <param name="errors">The mistakes, at least one.</param>
public sealed class RigFileException(string file, IReadOnlyList<RigError> errors)
    : Exception(string.Join('\n', errors.Select(error => error.Describe(file))))
{
    /// <summary>Every mistake found, in the order of the file.</summary>
    public IReadOnlyList<RigError> Errors { get; } = errors;
}

namespace CameraFabric.Fabric.Rigs;

/// <summary>How names of the code are written in rig files and tables.</summary>
public static class RigWords
{
    /// <summary><c>MovingScene</c> is <c>moving-scene</c>.</summary>
    /// <param name="name">A name of the code, in PascalCase.</param>
    public static string Of(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}

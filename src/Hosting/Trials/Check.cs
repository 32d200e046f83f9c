namespace CameraFabric.Hosting.Trials;

/// <summary>One thing that a trial asserts.</summary>
/// <param name="Name">What must hold.</param>
/// <param name="Passed">Whether it does.</param>
/// <param name="Detail">The numbers behind it.</param>
public sealed record Check(string Name, bool Passed, string Detail)
{
    /// <summary>As a line of a summary.</summary>
    public override string ToString() => $"{(Passed ? "ok  " : "FAIL")} {Name}: {Detail}";
}

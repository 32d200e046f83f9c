namespace CameraFabric.Fabric.Rigs;

/// <summary>One thing that is wrong with a rig.</summary>
/// <param name="Path">Where, in the words of a rig file: <c>cameras.front.slots</c>, <c>options.session-tick</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Right">What would be right.</param>
public sealed record RigFault(string Path, string Message, string Right)
{
    /// <summary><c>cameras.front.slots: 1 is not possible; write 2 to 64</c>.</summary>
    public override string ToString() => $"{Path}: {Message}; {Right}";
}

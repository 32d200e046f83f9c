namespace CameraFabric.Fabric.Placement;

/// <summary>What is to become of a node that the cluster has not let in for some time.</summary>
internal enum AdmissionVerdict
{
    /// <summary>Nobody has answered yet, and the others may come later: it asks on.</summary>
    Wait,

    /// <summary>It will never be let in, and has to begin anew.</summary>
    End,
}

/// <summary>
/// Judges a node that is not up, once in a while. One that was taken for dead while it joined is put out, and nobody talks to it any more:
/// it would be a member in its own eyes alone for ever.
/// </summary>
/// <param name="isCore">Whether the rig names it. A child is let in soon, its parent being alive, or never.</param>
internal sealed class Admission(bool isCore)
{
    private bool _wasIn;

    /// <summary>The time is up, and the node is not.</summary>
    /// <param name="isIn">Whether it is a member in its own eyes: somebody has answered it.</param>
    public AdmissionVerdict Judge(bool isIn)
    {
        var stuck = _wasIn && isIn;
        _wasIn = isIn;
        return stuck || !isCore ? AdmissionVerdict.End : AdmissionVerdict.Wait;
    }
}

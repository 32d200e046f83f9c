namespace CameraFabric.Fabric.Accounting;

/// <summary>What became of a control set.</summary>
public enum ControlSetOutcome
{
    /// <summary>It was bound to a frame, and to the one asked for if one was.</summary>
    OnFrame = 0,

    /// <summary>It was bound to a later frame than the one asked for.</summary>
    Late = 1,

    /// <summary>No frame was delivered with it.</summary>
    Lost = 2,
}

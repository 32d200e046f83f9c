namespace CameraFabric.Fabric.Placement;

/// <summary>The newest table that a node knows, for those who are no actors. Thread-safe.</summary>
internal sealed class PlacementBoard
{
    private volatile PlacementTable _table = PlacementTable.Empty;

    /// <summary>The table; only the placement actor writes it.</summary>
    public PlacementTable Table
    {
        get => _table;
        set => _table = value;
    }
}

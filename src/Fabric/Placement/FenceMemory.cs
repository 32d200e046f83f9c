namespace CameraFabric.Fabric.Placement;

/// <summary>What the fence's actor has to know after its restart. One actor at a time uses it.</summary>
internal sealed class FenceMemory
{
    /// <summary>Nobody is known yet.</summary>
    /// <param name="settings">What the actor has to know anyway.</param>
    public FenceMemory(PlacementSettings settings)
    {
        var (rule, times) = (SurvivalRule.Of(settings.Rig), settings.Rig.Cluster);
        Ledger = new FenceLedger(rule, settings.Self, settings.Seat.Node.IsCore, times.Fence.Ticks * TimeSpan.NanosecondsPerTick);
        Downing = new DowningDecision(rule, times.StableAfter.Ticks * TimeSpan.NanosecondsPerTick);
        View = new MembershipView(settings.Self, []);
    }

    /// <summary>Who has answered.</summary>
    public FenceLedger Ledger { get; }

    /// <summary>Who is missed, and since when.</summary>
    public DowningDecision Downing { get; }

    /// <summary>Who was put out and is a member still.</summary>
    public HashSet<NodeIncarnation> GivenUp { get; } = [];

    /// <summary>The cluster as this node sees it.</summary>
    public MembershipView View { get; set; }

    /// <summary>Whether the fence was open at the last look.</summary>
    public bool WasOpen { get; set; }
}

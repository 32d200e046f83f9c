namespace Akka.Cluster;

/// <summary>How far a member is; the numbers are those of the genuine package.</summary>
public enum MemberStatus
{
    /// <summary>It has asked to be a member.</summary>
    Joining = 0,

    /// <summary>It is a member.</summary>
    Up = 1,

    /// <summary>It has asked to be a member no longer.</summary>
    Leaving = 2,

    /// <summary>All know that it leaves.</summary>
    Exiting = 3,

    /// <summary>It was declared dead.</summary>
    Down = 4,

    /// <summary>It is a member no more, and will never be one again.</summary>
    Removed = 5,

    /// <summary>It is a member while some cannot be reached; never seen here.</summary>
    WeaklyUp = 6,
}

namespace CameraFabric.Fabric.Rigs;

/// <summary>One node of a rig: one process, and one member of the cluster.</summary>
public sealed record NodeRig
{
    /// <summary>
    /// The node's name: letters, digits, '-' and '_', unique in the rig; a child's is <c>camera.ID</c> or <c>guest.NAME</c>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Where it listens for the other nodes; port 0 for a child.</summary>
    public required NodeAddress Address { get; init; }

    /// <summary>The machine that it runs on: nodes with the same one share frame memory. Empty: the address's host.</summary>
    public string Host { get; init; } = "";

    /// <summary>Where it listens for links of readers on other machines; null: at its address's host, at a port that the system chooses.</summary>
    public NodeAddress? Links { get; init; }

    /// <summary>Where such readers connect to instead: something there forwards to <see cref="Links"/>. Null: to that itself.</summary>
    public NodeAddress? AdvertisedLinks { get; init; }

    /// <summary>What it may be used for.</summary>
    public NodeRoles Roles { get; init; } = NodeRoles.Sensor | NodeRoles.Guest;

    /// <summary>The node that starts, watches and stops this one, for the sake of isolation; null for a node that the rig names.</summary>
    public string? Parent { get; init; }

    /// <summary>Whether it is a node that the rig names: only these count when the cluster decides which part of it survives.</summary>
    public bool IsCore => Parent is null;

    /// <summary>The machine that it runs on, by its name or its address.</summary>
    public string Machine => Host.Length > 0 ? Host : Address.Host;
}

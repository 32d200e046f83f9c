using System.Collections.Immutable;

namespace CameraFabric.Hosting.Demo;

/// <summary>What was done to the nodes of the demo, and what was seen of it from outside.</summary>
internal sealed record ClusterDemoCourse
{
    /// <summary>How long it ran.</summary>
    public required double Seconds { get; init; }

    /// <summary>When the camera's process was killed, nanoseconds of the frame clock.</summary>
    public required long Killed { get; init; }

    /// <summary>When the link was cut, nanoseconds of the frame clock.</summary>
    public required long Cut { get; init; }

    /// <summary>The killed camera's home before.</summary>
    public required CameraHome Before { get; init; }

    /// <summary>Its home after.</summary>
    public required CameraHome After { get; init; }

    /// <summary>Who got no frames any more after the kill.</summary>
    public required IReadOnlyList<string> WithoutAfterKill { get; init; }

    /// <summary>Who got no frames any more after the link was healed.</summary>
    public required IReadOnlyList<string> WithoutAfterCut { get; init; }

    /// <summary>Connections that the cut has broken.</summary>
    public required int Broken { get; init; }

    /// <summary>Connections that were refused before it was healed.</summary>
    public required int Refused { get; init; }

    /// <summary>How many connections each guest's device had had before anything was done, by its socket.</summary>
    public required IReadOnlyDictionary<string, int> Connections { get; init; }

    /// <summary>How the nodes ended.</summary>
    public required ImmutableArray<NodeExit> Exits { get; init; }
}

/// <summary>Where a camera is at home.</summary>
/// <param name="Process">The process.</param>
/// <param name="Epoch">The placement's epoch.</param>
internal sealed record CameraHome(int Process, uint Epoch);

/// <summary>How a node ended.</summary>
/// <param name="Node">The node.</param>
/// <param name="Code">Its exit code.</param>
internal sealed record NodeExit(string Node, int Code);

using System.Collections.Immutable;
using MessagePack;

namespace CameraFabric.Fabric.Status;

/// <summary>One camera at one moment. Every count is since the node's start.</summary>
[MessagePackObject]
public sealed record CameraStatusReport
{
    /// <summary>The camera's id in the rig.</summary>
    [Key(0)] public string Id { get; init; } = "";

    /// <summary>What kind of sensor it is, in the rig's words.</summary>
    [Key(1)] public string SensorKind { get; init; } = "";

    /// <summary>Whether some control can be given a new value for each frame.</summary>
    [Key(2)] public bool PerFrame { get; init; }

    /// <summary>Format, size and rate, e.g. <c>NV12 1920x1080 30/s</c>.</summary>
    [Key(3)] public string Configuration { get; init; } = "";

    /// <summary>What the camera is doing.</summary>
    [Key(4)] public CameraState State { get; init; }

    /// <summary>Why it is lost or restarting; empty otherwise.</summary>
    [Key(5)] public string Reason { get; init; } = "";

    /// <summary>Frames that the sensor exposed: those handed on and those lost.</summary>
    [Key(6)] public long Captured { get; init; }

    /// <summary>Frames that reached the fan-out.</summary>
    [Key(7)] public long FannedOut { get; init; }

    /// <summary>Frames that were exposed and did not reach the fan-out.</summary>
    [Key(8)] public ImmutableArray<ReasonCount> Lost { get; init; } = [];

    /// <summary>How often the sensor was started anew after a failure.</summary>
    [Key(9)] public long Restarts { get; init; }

    /// <summary>Frames per second over the last few seconds.</summary>
    [Key(10)] public double FramesPerSecond { get; init; }

    /// <summary>Slots of the current pool that nobody holds; 0 when there is no pool yet.</summary>
    [Key(11)] public int FreeSlots { get; init; }

    /// <summary>Slots of the current pool; 0 when there is no pool yet.</summary>
    [Key(12)] public int Slots { get; init; }

    /// <summary>Slots still leased when the camera was stopped, over all its pools: always 0 unless there is a defect.</summary>
    [Key(13)] public int LeakedSlots { get; init; }

    /// <summary>Sessions that are joined to this camera.</summary>
    [Key(14)] public int Sessions { get; init; }

    /// <summary>Sessions that stream from it.</summary>
    [Key(15)] public int Streaming { get; init; }

    /// <summary>The guest that owns the camera; empty when there is none or when it is interleaved.</summary>
    [Key(16)] public string Owner { get; init; } = "";

    /// <summary>What was wrong with the sensor and its frames: each failure, silence and faulty frame, by kind.</summary>
    [Key(17)] public ImmutableArray<ReasonCount> Faults { get; init; } = [];

    /// <summary>What was wrong last; empty as long as nothing was.</summary>
    [Key(18)] public string LastFault { get; init; } = "";

    /// <summary>The epoch of the camera's placement; 0 where nothing is placed.</summary>
    [Key(19)] public uint Epoch { get; init; }

    /// <summary>At its home: the links to its readers. At a reader: the links from its homes.</summary>
    [Key(20)] public ImmutableArray<LinkStatusReport> Links { get; init; } = [];

    /// <summary>Captured = fanned out + lost, exactly, each link offered = sent + dropped, and no slot leaked.</summary>
    [IgnoreMember] public bool Balanced => Captured == FannedOut + Lost.Sum(static lost => lost.Count) && LeakedSlots == 0
        && (Links.IsDefault || Links.All(static link => link.Balanced));
}

using System.Collections.Immutable;
using MessagePack;

namespace CameraFabric.Fabric.Status;

/// <summary>One guest's device at one moment. Every count is since the node's start, over all connections.</summary>
[MessagePackObject]
public sealed record GuestStatusReport
{
    /// <summary>The guest's name in the rig.</summary>
    [Key(0)] public string Guest { get; init; } = "";

    /// <summary>The camera's id in the rig.</summary>
    [Key(1)] public string Camera { get; init; } = "";

    /// <summary>Its role now: <c>Owner</c>, <c>Observer</c> or <c>Interleaved</c>.</summary>
    [Key(2)] public string Role { get; init; } = "";

    /// <summary>What the device is doing.</summary>
    [Key(3)] public GuestState State { get; init; }

    /// <summary>Why it is quarantined, or why the last connection ended; empty if neither.</summary>
    [Key(4)] public string Reason { get; init; } = "";

    /// <summary>Where a VMM connects.</summary>
    [Key(5)] public string SocketPath { get; init; } = "";

    /// <summary>Connections so far.</summary>
    [Key(6)] public long Connections { get; init; }

    /// <summary>Frames that were meant for this guest while it streamed.</summary>
    [Key(7)] public long Offered { get; init; }

    /// <summary>Frames that are complete in the guest's memory.</summary>
    [Key(8)] public long Delivered { get; init; }

    /// <summary>Frames that were offered and not delivered.</summary>
    [Key(9)] public ImmutableArray<ReasonCount> Dropped { get; init; } = [];

    /// <summary>Frames offered of which it is not decided yet: on their way to the guest's memory. 0 after a stop.</summary>
    [Key(10)] public long UnderWay { get; init; }

    /// <summary>Frames exposed for another guest's request (interleaved cameras): not offered.</summary>
    [Key(11)] public long OtherGuest { get; init; }

    /// <summary>Requests completed, by status.</summary>
    [Key(12)] public ImmutableArray<ReasonCount> Requests { get; init; } = [];

    /// <summary>Requests that the fan-out was told of and that are not completed. 0 after a stop.</summary>
    [Key(13)] public long RequestsWaiting { get; init; }

    /// <summary>Control sets bound to their frame: on the frame asked for, late, or lost.</summary>
    [Key(14)] public ImmutableArray<ReasonCount> ControlSets { get; init; } = [];

    /// <summary>Bytes written into the guest's memory as pixels.</summary>
    [Key(15)] public long Bytes { get; init; }

    /// <summary>Half of the frames took at most so long from complete in the slot to used in the ring, in microseconds.</summary>
    [Key(16)] public double LatencyP50 { get; init; }

    /// <summary>99 of 100 frames took at most so long, in microseconds.</summary>
    [Key(17)] public double LatencyP99 { get; init; }

    /// <summary>The longest that a frame took, in microseconds.</summary>
    [Key(18)] public double LatencyMax { get; init; }

    /// <summary>
    /// Connections that were refused: the guest is held in quarantine, or the camera has all the sessions that it may have.
    /// </summary>
    [Key(19)] public long Refused { get; init; }

    /// <summary>Connections that had to wait: too many in a second, or in quarantine too often.</summary>
    [Key(20)] public long Delayed { get; init; }

    /// <summary>How often the guest broke the protocol.</summary>
    [Key(21)] public long Violations { get; init; }

    /// <summary>Its last violations, the newest first; at most 8.</summary>
    [Key(22)] public ImmutableArray<ViolationReport> LastViolations { get; init; } = [];

    /// <summary>Whether connections are refused until an operator releases the guest.</summary>
    [Key(23)] public bool IsHeld { get; init; }

    /// <summary>How long a connection has to wait that comes now, in seconds; 0 for not at all.</summary>
    [Key(24)] public double PauseSeconds { get; init; }

    /// <summary>Frames, one after the other, for which the guest had no request; 0 as soon as it takes one.</summary>
    [Key(25)] public long MissedInRow { get; init; }

    /// <summary>Commands answered.</summary>
    [Key(26)] public long Commands { get; init; }

    /// <summary>Events written into the guest's buffers.</summary>
    [Key(27)] public long Events { get; init; }

    /// <summary>Events that were joined to waiting ones, or given up, because the guest offered no buffers.</summary>
    [Key(28)] public long EventsJoined { get; init; }

    /// <summary>As what kind of device the guest sees the camera: <c>Camera</c> or <c>Media</c>.</summary>
    [Key(29)] public string Face { get; init; } = "";

    /// <summary>Offered = delivered + dropped + under way, exactly.</summary>
    [IgnoreMember] public bool Balanced => Offered == Delivered + UnderWay + Dropped.Sum(static dropped => dropped.Count);
}

using System.Text.Json;

namespace CameraFabric.Guest.Program;

/// <summary>
/// What a guest saw: the end of a run, or the state in the middle of it (<see cref="Final"/> false). Times in microseconds unless said
/// otherwise.
/// </summary>
public sealed record GuestReport
{
    /// <summary>The guest's name.</summary>
    public required string Name { get; init; }

    /// <summary>Path of the device's socket.</summary>
    public required string Socket { get; init; }

    /// <summary>Name the camera gives itself; empty before the first connection.</summary>
    public required string Camera { get; init; }

    /// <summary>What is streamed, e.g. <c>NV12 1920x1080 30/s</c>; empty before it is configured.</summary>
    public required string Stream { get; init; }

    /// <summary>Whether the run has ended.</summary>
    public required bool Final { get; init; }

    /// <summary>Why the run ended, e.g. <c>300 frames received</c>; empty while it goes on.</summary>
    public required string End { get; init; }

    /// <summary>Whether the run did what it was asked for: it ended for a reason that is no failure.</summary>
    public required bool Completed { get; init; }

    /// <summary>Seconds since streaming first began.</summary>
    public required double Seconds { get; init; }

    /// <summary>Delivered frames per second, from the first to the last frame.</summary>
    public required double FramesPerSecond { get; init; }

    /// <summary>Connections made to the device: 1 unless the guest had to connect again.</summary>
    public required int Connections { get; init; }

    /// <summary>Frames and drops: the books.</summary>
    public required GuestFrameReport Frames { get; init; }

    /// <summary>Requests submitted, and how they ended.</summary>
    public required GuestRequestReport Requests { get; init; }

    /// <summary>From a frame's completion in the fabric to its used entry being seen by the guest.</summary>
    public required GuestLatencyReport Latency { get; init; }

    /// <summary>How often the device went away and came back under the guest's rings, and what that cost.</summary>
    public required GuestInterruptionReport Interruptions { get; init; }

    /// <summary>How evenly frames came.</summary>
    public required GuestPaceReport Pace { get; init; }

    /// <summary>What became of the controls sent with requests.</summary>
    public required GuestControlReport Controls { get; init; }

    /// <summary>What was checked, and what was found wrong.</summary>
    public required GuestVerificationReport Verification { get; init; }

    /// <summary>Whether all is well: completed, the books balance, nothing was found wrong.</summary>
    public bool Good => Completed && Frames.Balanced && Verification.Failures == 0;

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, GuestReportJson.Default.GuestReport);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">Not a report.</exception>
    public static GuestReport FromJson(string json) =>
        JsonSerializer.Deserialize(json, GuestReportJson.Default.GuestReport) ?? throw new JsonException("a report is an object, not null");
}

/// <summary>The books of frames. <c>Span = Delivered + DropsTold</c> when they balance.</summary>
public sealed record GuestFrameReport
{
    /// <summary>Frames delivered.</summary>
    public required long Delivered { get; init; }

    /// <summary>Those of them that were read in place, in the camera's own memory.</summary>
    public long InPlace { get; init; }

    /// <summary>Bytes of all delivered frames.</summary>
    public required long Bytes { get; init; }

    /// <summary>Number of the first delivered frame.</summary>
    public required ulong First { get; init; }

    /// <summary>Number of the last delivered frame.</summary>
    public required ulong Last { get; init; }

    /// <summary>Frame numbers covered, from the first to the last delivered frame of each connection.</summary>
    public required long Span { get; init; }

    /// <summary>Frames inside the span that results told as dropped.</summary>
    public required long DropsTold { get; init; }

    /// <summary>
    /// Frames told by events as dropped, by reason. Events come when they can: frames before the first and after the last delivered one are
    /// among them.
    /// </summary>
    public required IReadOnlyDictionary<string, long> DropsByReason { get; init; }

    /// <summary>Delivered frames with a mark of their own, by mark (discontinuity, late, clamped, ignored).</summary>
    public required IReadOnlyDictionary<string, long> Marked { get; init; }

    /// <summary>Events that came, by type: ControlChanged, FrameDrop, Owner, Source, Stream ...</summary>
    public required IReadOnlyDictionary<string, long> Events { get; init; }

    /// <summary>Faults of the source that events told, by fault: those that lost it and those that it survived.</summary>
    public IReadOnlyDictionary<string, long> SourceFaults { get; init; } = new Dictionary<string, long>();

    /// <summary>Events that the device says it had to drop or fold into others.</summary>
    public required long EventsLost { get; init; }

    /// <summary>Whether the books balance: the span is what was delivered and what was told as dropped, frame by frame.</summary>
    public required bool Balanced { get; init; }
}

/// <summary>Requests: every one that was submitted ends once.</summary>
public sealed record GuestRequestReport
{
    /// <summary>Requests submitted.</summary>
    public required long Submitted { get; init; }

    /// <summary>Requests that ended, by status.</summary>
    public required IReadOnlyDictionary<string, long> ByStatus { get; init; }

    /// <summary>Requests that have not ended (of a final report: the device went away with them).</summary>
    public required long Unfinished { get; init; }
}

/// <summary>Durations in microseconds.</summary>
public sealed record GuestLatencyReport
{
    /// <summary>Frames measured.</summary>
    public required long Count { get; init; }

    /// <summary>Half of the frames were faster.</summary>
    public required double P50 { get; init; }

    /// <summary>99 of 100 frames were faster.</summary>
    public required double P99 { get; init; }

    /// <summary>The slowest.</summary>
    public required double Maximum { get; init; }
}

/// <summary>The device was away, e.g. because the fabric was killed, and came back while the guest kept its rings.</summary>
public sealed record GuestInterruptionReport
{
    /// <summary>How often.</summary>
    public required int Count { get; init; }

    /// <summary>After how many of them frames came again.</summary>
    public required int Recovered { get; init; }

    /// <summary>
    /// The longest time from the last frame before to the first frame after, microseconds; 0 if no frame came after. It counts neither as a
    /// gap nor as a stutter of <see cref="GuestPaceReport"/>.
    /// </summary>
    public required double LongestGap { get; init; }

    /// <summary>The same of the last interruption after which frames came.</summary>
    public required double LastGap { get; init; }

    /// <summary>Requests that the device had held and that ended with CANCELLED when it was back.</summary>
    public required long Cancelled { get; init; }
}

/// <summary>How evenly frames came, by the time their used entries were seen. Microseconds.</summary>
public sealed record GuestPaceReport
{
    /// <summary>The period that was configured.</summary>
    public required double Period { get; init; }

    /// <summary>The longest time between two frames of one connection, interruptions not counted.</summary>
    public required double MaximumGap { get; init; }

    /// <summary>Gaps longer than one and a half periods.</summary>
    public required long Stutters { get; init; }

    /// <summary>When the last frame was seen, by CLOCK_MONOTONIC of the guest's machine; 0 before the first.</summary>
    public double LastFrame { get; init; }

    /// <summary>The longest of these gaps in the order in which they came, at most 16.</summary>
    public IReadOnlyList<GuestGapReport> Longest { get; init; } = [];
}

/// <summary>One time without a frame. Microseconds.</summary>
/// <param name="Began">When the frame before it was seen, by CLOCK_MONOTONIC of the guest's machine.</param>
/// <param name="Length">From then to the next frame.</param>
public readonly record struct GuestGapReport(double Began, double Length);

/// <summary>What became of controls that were sent with requests; each item counts once.</summary>
public sealed record GuestControlReport
{
    /// <summary>Applied to the frame that was asked for, as asked.</summary>
    public required long Applied { get; init; }

    /// <summary>Applied to a later frame.</summary>
    public required long Late { get; init; }

    /// <summary>Applied with another value.</summary>
    public required long Clamped { get; init; }

    /// <summary>Not applied: unknown, not allowed, or not for single frames.</summary>
    public required long Ignored { get; init; }

    /// <summary>Sent with requests that brought no frame.</summary>
    public required long Lost { get; init; }
}

/// <summary>What was checked.</summary>
public sealed record GuestVerificationReport
{
    /// <summary>Frames whose checksum was computed and compared.</summary>
    public required long Checksums { get; init; }

    /// <summary>Frames whose stamp was read and compared with the result.</summary>
    public required long Stamps { get; init; }

    /// <summary>Checks that failed. Must be 0.</summary>
    public required long Failures { get; init; }

    /// <summary>The first few failures in words.</summary>
    public required IReadOnlyList<string> First { get; init; }

    /// <summary>What could not be checked, because the device's protocol carries nothing for it; empty for virtio-camera.</summary>
    public IReadOnlyList<string> Unchecked { get; init; } = [];
}

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>The limits and times of one session. A guest can use up its own, never another's.</summary>
public sealed record CameraSessionOptions
{
    /// <summary>Largest <see cref="SessionId"/>: 24 bits, because the ids of its control sets carry it in their upper bits.</summary>
    public const ulong MaximumSessionId = (1UL << 24) - 1;

    // The lower bits of a control set's id: its number within the session.
    private const int SetNumberBits = 40;

    /// <summary>The session that a control set's id was made by.</summary>
    /// <param name="controlSet">The id; 0 for none.</param>
    public static ulong SessionOf(ulong controlSet) => controlSet >> SetNumberBits;

    /// <summary>The id of a session's control set.</summary>
    internal static ulong SetOf(ulong session, ulong number) => session << SetNumberBits | number & (1UL << SetNumberBits) - 1;

    /// <summary>The session, unique on the node: 1 to <see cref="MaximumSessionId"/>.</summary>
    public required ulong SessionId { get; init; }

    /// <summary>Requests held at once: 1 to 256.</summary>
    public int MaximumInFlight { get; init; } = 16;

    /// <summary>Buffers attached at once: 1 to 4096.</summary>
    public int MaximumBuffers { get; init; } = 32;

    /// <summary>Buffers that a driver needs to stream without loss, as told to it: 1 to <see cref="MaximumBuffers"/>.</summary>
    public int MinimumBuffers { get; init; } = 3;

    /// <summary>Memory entries of one buffer: 1 to 1048576. 16384 pages of 4 KiB hold 64 MiB.</summary>
    public int MaximumBufferEntries { get; init; } = 16384;

    /// <summary>Bytes of all buffers together, at least 1.</summary>
    public long MaximumBufferBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of one command with its header: 4096 to 1048576.</summary>
    public int MaximumCommandBytes { get; init; } = 65536;

    /// <summary>Events kept for a guest that offers no buffers: 1 to 4096.</summary>
    public int MaximumQueuedEvents { get; init; } = 256;

    /// <summary>
    /// How long a command may wait for the camera: above 0, at most 1 s, because drivers are promised an answer within that.
    /// </summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMilliseconds(900);

    /// <summary>How long a request without a time-out of its own is held: above 0, at most <see cref="MaximumRequestTimeout"/>.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time-out that a request gets, whatever it asks for: above 0, at most 1 h.</summary>
    public TimeSpan MaximumRequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after a crash the session tries to be what it was before, above 0, at most 10 s. Commands and new requests wait meanwhile.
    /// </summary>
    public TimeSpan RestoreTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Frames that the guest may hold in place, in the camera's own memory: 0 (none) to 64.</summary>
    public int MaximumLeases { get; init; }

    /// <summary>Whether an observer may become the owner.</summary>
    public bool MayAcquire { get; init; }

    /// <summary>Every limit that is out of range, with what would be right; empty if all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Check(SessionId is >= 1 and <= MaximumSessionId, nameof(SessionId), SessionId, $"1 to {MaximumSessionId}");
        Check(MaximumInFlight is >= 1 and <= 256, nameof(MaximumInFlight), MaximumInFlight, "1 to 256 requests");
        Check(MaximumBuffers is >= 1 and <= 4096, nameof(MaximumBuffers), MaximumBuffers, "1 to 4096 buffers");
        Check(MinimumBuffers >= 1 && MinimumBuffers <= MaximumBuffers, nameof(MinimumBuffers), MinimumBuffers,
            $"1 to {MaximumBuffers} buffers");
        Check(MaximumBufferEntries is >= 1 and <= 1 << 20, nameof(MaximumBufferEntries), MaximumBufferEntries, "1 to 1048576 entries");
        Check(MaximumBufferBytes >= 1, nameof(MaximumBufferBytes), MaximumBufferBytes, "1 byte or more");
        Check(MaximumCommandBytes is >= 4096 and <= 1 << 20, nameof(MaximumCommandBytes), MaximumCommandBytes, "4096 to 1048576 bytes");
        Check(MaximumQueuedEvents is >= 1 and <= 4096, nameof(MaximumQueuedEvents), MaximumQueuedEvents, "1 to 4096 events");
        Check(CommandTimeout > TimeSpan.Zero && CommandTimeout <= TimeSpan.FromSeconds(1), nameof(CommandTimeout), CommandTimeout,
            "above 0, at most 1 s");
        Check(RequestTimeout > TimeSpan.Zero && RequestTimeout <= MaximumRequestTimeout, nameof(RequestTimeout), RequestTimeout,
            $"above 0, at most {MaximumRequestTimeout}");
        Check(MaximumRequestTimeout > TimeSpan.Zero && MaximumRequestTimeout <= TimeSpan.FromHours(1), nameof(MaximumRequestTimeout),
            MaximumRequestTimeout, "above 0, at most 1 h");
        Check(MaximumLeases is >= 0 and <= 64, nameof(MaximumLeases), MaximumLeases, "0 to 64 frames");
        Check(RestoreTimeout > TimeSpan.Zero && RestoreTimeout <= TimeSpan.FromSeconds(10), nameof(RestoreTimeout), RestoreTimeout,
            "above 0, at most 10 s");
        return errors;

        void Check(bool right, string name, object value, string range)
        {
            if (!right) errors.Add($"{name} is {value}; it must be {range}");
        }
    }
}

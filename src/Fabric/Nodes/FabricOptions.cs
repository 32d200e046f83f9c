using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Nodes;

/// <summary>
/// Every limit, default and time-out of a node. Change with <c>with</c>; <see cref="FabricOptionsValidator"/> holds the ranges.
/// </summary>
public sealed record FabricOptions
{
    /// <summary>
    /// Frames of one camera that may wait to be copied to guests; the next one is dropped for every guest it was meant for. Frames, 1 to
    /// 32.
    /// </summary>
    public int DeliveryQueueFrames { get; init; } = 4;

    /// <summary>Sessions that one camera serves at most. 1 to 1024.</summary>
    public int MaximumSessionsPerCamera { get; init; } = 64;

    /// <summary>
    /// Observers are told that the owner has changed controls at most so often; what changed in between is told together. 0 to 60 s.
    /// </summary>
    public TimeSpan ControlsChangedInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Faults of a sensor that it survives are told to guests and logged at most so often, each kind for itself. 10 ms to 60 s.
    /// </summary>
    public TimeSpan FaultEventInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A session looks at its deadlines when the earliest is over, but at most so often; while a command waits for the camera, just so often.
    /// Milliseconds resolution, 1 ms to 1 s.
    /// </summary>
    public TimeSpan SessionTick { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How often a streaming camera's watchdog looks; also bounds how fine its reaction is. 1 ms to 1 s.</summary>
    public TimeSpan WatchdogTick { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// The watchdog is never quicker than this, however fast the camera: a busy machine is not a dead sensor. 1 ms to 10 s.
    /// </summary>
    public TimeSpan WatchdogFloor { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What the watchdog allows for a sensor's first frame after its start, on top of the missed periods. 0 to 60 s.</summary>
    public TimeSpan FirstFrameAllowance { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The second attempt to start a failed sensor comes after so long (the first comes at once); each further one after twice as long. 1
    /// ms to 60 s.
    /// </summary>
    public TimeSpan RestartDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Between two attempts to start a failed sensor there is at most so long. At least <see cref="RestartDelay"/>, at most 1 h.
    /// </summary>
    public TimeSpan RestartDelayMaximum { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A sensor that has delivered frames for so long counts as well again: its next failure begins with the shortest delay. 0 to 1 h.
    /// </summary>
    public TimeSpan RestartForgiven { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a capture thread may take to end; one that does not is left behind, and its late frames are refused. 10 ms to 60 s.
    /// </summary>
    public TimeSpan SensorStopTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long the front-end waits for a session to give a stopping queue's chains back; then they are abandoned. 1 ms to 10 s.
    /// </summary>
    public TimeSpan QueueStopTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a session waits for the camera's answer to a command before it answers for it. 10 ms to 1 s: a guest's driver is promised
    /// an answer within that.
    /// </summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMilliseconds(900);

    /// <summary>
    /// A request that names no deadline gets this one, counted from its acceptance. 10 ms to <see cref="RequestTimeoutMaximum"/>.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest deadline that a request gets, whatever it asks for. 10 ms to 1 h.</summary>
    public TimeSpan RequestTimeoutMaximum { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a whole node may take to stop; what has not ended then is abandoned and reported. 100 ms to 10 min.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether each frame carries a CRC-32C of its pixels. It costs one more read of every frame.</summary>
    public bool FrameChecksum { get; init; } = true;

    /// <summary>
    /// Nice value of capture and delivery threads, -20 to 19; where the system forbids it, a warning is logged and 0 kept.
    /// </summary>
    public int FrameThreadNice { get; init; }

    /// <summary>How many memory regions a front-end may share. 1 to 509.</summary>
    public int MaximumMemoryRegions { get; init; } = 128;

    /// <summary>How much memory a front-end may share, in bytes. At least 1 MiB.</summary>
    public long MaximumMemoryBytes { get; init; } = 64L << 30;

    /// <summary>Whether to refuse memory that a front-end could still shrink, and that cannot be sealed against it.</summary>
    public bool RequireSealedMemory { get; init; }

    /// <summary>A vhost-user message that has begun must be complete within this. 10 ms to 60 s.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What ends the quarantine of a guest that broke the protocol, unless the guest says otherwise.</summary>
    public QuarantineRule Quarantine { get; init; } = QuarantineRule.Reconnect;

    /// <summary>
    /// After so many violations within <see cref="QuarantineWindow"/> a device's next connections have to wait. Violations, 1 to 100.
    /// </summary>
    public int QuarantineViolations { get; init; } = 5;

    /// <summary>How long a violation counts for that. 1 s to 1 h.</summary>
    public TimeSpan QuarantineWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the first connection waits then; each further one after a violation twice as long. 1 ms to 1 h.</summary>
    public TimeSpan QuarantinePause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>No connection waits longer. At least <see cref="QuarantinePause"/>, at most 1 h.</summary>
    public TimeSpan QuarantinePauseMaximum { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Connections of one guest that are served in a second, on average; those beyond wait. As many more may come at once as it has
    /// devices. Connections, 1 to 1000.
    /// </summary>
    public int ConnectionsPerSecond { get; init; } = 10;

    /// <summary>
    /// Bytes of frames that one guest is given in a second, on average, over all its devices; frames beyond are dropped for it alone.
    /// Bytes, 0 for no limit.
    /// </summary>
    public long GuestBytesPerSecond { get; init; }

    /// <summary>
    /// Lines about one guest's device that go into the log in full within 10 s; those beyond are counted and told in one. Lines, 1 to 100000.
    /// </summary>
    public int LogLines { get; init; } = 20;
}

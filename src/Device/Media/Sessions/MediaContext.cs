using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Platform;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Media.Sessions;

/// <summary>What the parts of one media session share. Session thread only.</summary>
internal sealed class MediaContext(
    CameraSessionOptions options, CameraProfile profile, SessionRole role, IMediaSessionHost host, FrameClock clock)
{
    private ulong _lastTicket;

    public CameraSessionOptions Options { get; } = options;

    public IMediaSessionHost Host { get; } = host;

    public FrameClock Clock { get; } = clock;

    public SessionCounters Counters { get; } = new();

    public CameraProfile Profile { get; set; } = profile;

    public SessionRole Role { get; set; } = role;

    /// <summary>Whether this guest may set controls and formats.</summary>
    public bool Steers => Role != SessionRole.Observer;

    public bool SourcePresent { get; set; } = true;

    public ulong NextTicket() => ++_lastTicket;

    public static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}

using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.VhostUser;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Guests;

/// <summary>What stays the same over all connections of one guest's device.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="View">The camera as the guest sees it.</param>
/// <param name="SocketPath">Where the device listens.</param>
/// <param name="Camera">The camera's actor.</param>
/// <param name="Meter">Where the device is counted.</param>
/// <param name="Ids">Gives sessions their numbers.</param>
/// <param name="Options">The node's options.</param>
/// <param name="Clock">The frame clock.</param>
/// <param name="Loggers">Where it logs.</param>
internal sealed record SessionSettings(
    GuestRig Guest,
    GuestCameraRig View,
    string SocketPath,
    IActorRef Camera,
    GuestMeter Meter,
    SessionIds Ids,
    FabricOptions Options,
    FrameClock Clock,
    ILoggerFactory Loggers)
{
    /// <summary>The device's name, for people.</summary>
    public string Name => $"{Guest.Name}/{View.Camera}";

    /// <summary>As what kind of device the guest sees it.</summary>
    public DeviceFace Face { get; } = DeviceFace.Of(View);

    /// <summary>What the guest's devices share.</summary>
    public GuestBudget Budget { get; init; } = GuestBudget.Of(Guest, Options, Clock);

    /// <summary>How much the device may log.</summary>
    public LineBudget Lines { get; } = new(Clock, Options.LogLines);

    /// <summary>The limits of one session.</summary>
    /// <param name="id">The session's number.</param>
    public CameraSessionOptions OptionsFor(ulong id) => new()
    {
        SessionId = id,
        MaximumInFlight = Guest.MaximumInFlight,
        MaximumBuffers = Guest.MaximumBuffers,
        MinimumBuffers = Math.Min(3, Guest.MaximumBuffers),
        MaximumBufferBytes = Guest.MaximumBufferBytes,
        CommandTimeout = Options.CommandTimeout,
        RequestTimeout = Options.RequestTimeout,
        MaximumRequestTimeout = Options.RequestTimeoutMaximum,
        MaximumLeases = View.Leases,
        MayAcquire = View.MayAcquire || View.Role == SessionRole.Owner,
    };

    /// <summary>The limits of one connection.</summary>
    public VhostUserOptions Connection => new()
    {
        MaximumMemoryRegions = Math.Min(Options.MaximumMemoryRegions, Guest.MaximumMemoryRegions ?? int.MaxValue),
        MaximumMemoryBytes = Math.Min(Options.MaximumMemoryBytes, Guest.MaximumMemoryBytes ?? long.MaxValue),
        MemoryBudget = Budget.Memory,
        RequireSealedMemory = Options.RequireSealedMemory,
        IdleMessageTimeout = Options.MessageTimeout,
    };
}

using CameraFabric.Device.GuestMemory;
using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Fabric.Rigs;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Guests;

/// <summary>What all devices of one guest use up together. Thread-safe.</summary>
/// <param name="Memory">Memory that they share with the fabric.</param>
/// <param name="Bytes">Bytes of frames in a second; null for no limit.</param>
/// <param name="Connections">Connections in a second.</param>
internal sealed record GuestBudget(MemoryBudget Memory, ByteBudget? Bytes, TokenBucket Connections)
{
    /// <summary>A guest's budget, none of it used.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="options">The node's defaults.</param>
    /// <param name="clock">The frame clock.</param>
    public static GuestBudget Of(GuestRig guest, FabricOptions options, FrameClock clock)
    {
        var devices = Math.Max(1, guest.Cameras.Length);
        var memory = options.MaximumMemoryBytes > long.MaxValue / devices ? long.MaxValue : options.MaximumMemoryBytes * devices;
        var bytes = guest.BytesPerSecond ?? options.GuestBytesPerSecond;
        var connections = guest.ConnectionsPerSecond ?? options.ConnectionsPerSecond;
        return new GuestBudget(
            new MemoryBudget(guest.MaximumMemoryRegions ?? options.MaximumMemoryRegions * devices, guest.MaximumMemoryBytes ?? memory),
            bytes > 0 ? new ByteBudget(bytes, clock) : null,

            // A guest that starts connects all its devices at once.
            new TokenBucket(connections, connections + devices));
    }
}

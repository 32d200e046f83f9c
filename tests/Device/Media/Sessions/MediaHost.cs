using System.Collections.Immutable;
using CameraFabric.Device.Delivery;
using CameraFabric.Device.Media.Sessions;
using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Tests.Media.Sessions;

/// <summary>The fabric's side of a media session, for tests: writes down what it is asked; the test answers.</summary>
internal sealed class MediaHost : IMediaSessionHost
{
    public List<string> Asks { get; } = [];

    public List<FrameRequest> Armed { get; } = [];

    public List<string> Violations { get; } = [];

    public ulong Ticket { get; private set; }

    public StreamConfiguration? Wanted { get; private set; }

    public ImmutableArray<ControlEntry> Controls { get; private set; } = [];

    public bool CanShareMemory { get; set; } = true;

    public void Configure(ulong ticket, StreamConfiguration wanted)
    {
        Wanted = wanted;
        Ask("Configure", ticket);
    }

    public void Start(ulong ticket, ImmutableArray<ControlEntry> initial) => Ask("Start", ticket);

    public void Stop(ulong ticket) => Ask("Stop", ticket);

    public void SetGlobalControls(ulong ticket, ImmutableArray<ControlEntry> controls)
    {
        Controls = controls;
        Ask("SetGlobalControls", ticket);
    }

    public void AcquireOwner(ulong ticket, bool force) => Ask("AcquireOwner", ticket);

    public void ReleaseOwner(ulong ticket) => Ask("ReleaseOwner", ticket);

    public void Arm(FrameRequest request) => Armed.Add(request);

    public void SubmitControls(ControlSet set) => Asks.Add("SubmitControls");

    public void CancelControls(ulong setId) => Asks.Add("CancelControls");

    public void MapPool(ulong ticket, int frameBytes) => Ask("MapPool", ticket);

    public void UnmapPool() => Asks.Add("UnmapPool");

    public void ConfigChanged() => Asks.Add("ConfigChanged");

    public void Violation(string reason) => Violations.Add(reason);

    public void Map(ulong ticket, FileDescriptor file, long offset, long length) => Ask($"Map {offset} {length}", ticket);

    public void Unmap(ulong ticket, long offset, long length) => Ask($"Unmap {offset} {length}", ticket);

    private void Ask(string what, ulong ticket)
    {
        Ticket = ticket;
        Asks.Add(what);
    }
}

using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Delivery;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>The fabric's side of a session, for tests: writes down what it is asked, in order, and answers when the test says so.</summary>
internal sealed class FakeHost : ICameraSessionHost
{
    /// <summary>What was asked, in order, such as "Arm 1" or "Submit 16777217".</summary>
    public List<string> Asks { get; } = [];

    public List<ChainRequest> Armed { get; } = [];

    public List<ControlSet> Submitted { get; } = [];

    public List<ulong> Cancelled { get; } = [];

    public List<string> Violations { get; } = [];

    public int ConfigChanges { get; private set; }

    /// <summary>The ticket of the last ask.</summary>
    public ulong Ticket { get; private set; }

    public StreamConfiguration? Wanted { get; private set; }

    public ImmutableArray<ControlEntry> Controls { get; private set; } = [];

    public int FrameBytes { get; private set; }

    public bool Force { get; private set; }

    /// <summary>Whether lists are kept; a test of allocation turns it off.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>The request armed last.</summary>
    public ChainRequest? Last { get; private set; }

    public void Configure(ulong ticket, StreamConfiguration wanted)
    {
        Wanted = wanted;
        Ask("Configure", ticket);
    }

    public void Start(ulong ticket, ImmutableArray<ControlEntry> initial)
    {
        Controls = initial;
        Ask("Start", ticket);
    }

    public void Stop(ulong ticket) => Ask("Stop", ticket);

    public void SetGlobalControls(ulong ticket, ImmutableArray<ControlEntry> controls)
    {
        Controls = controls;
        Ask("SetGlobalControls", ticket);
    }

    public void AcquireOwner(ulong ticket, bool force)
    {
        Force = force;
        Ask("AcquireOwner", ticket);
    }

    public void ReleaseOwner(ulong ticket) => Ask("ReleaseOwner", ticket);

    public void Arm(FrameRequest armed)
    {
        var request = (ChainRequest)armed;
        Last = request;
        if (IsQuiet) return;
        Armed.Add(request);
        Asks.Add($"Arm {request.RequestId}");
    }

    public void SubmitControls(ControlSet set)
    {
        if (IsQuiet) return;
        Submitted.Add(set);
        Asks.Add($"Submit {set.Id}");
    }

    public void CancelControls(ulong setId)
    {
        Cancelled.Add(setId);
        Asks.Add($"Cancel {setId}");
    }

    public void MapPool(ulong ticket, int frameBytes)
    {
        FrameBytes = frameBytes;
        Ask("MapPool", ticket);
    }

    public void UnmapPool() => Asks.Add("UnmapPool");

    public void ConfigChanged() => ConfigChanges++;

    public void Violation(string reason) => Violations.Add(reason);

    private void Ask(string what, ulong ticket)
    {
        Ticket = ticket;
        Asks.Add(what);
    }
}

using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Fuzz.Targets;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fuzz.Chains;

/// <summary>The fabric's side of a session: keeps what it is asked until a step answers it.</summary>
internal sealed class FuzzHost : ICameraSessionHost
{
    private readonly List<Ask> _asks = [];

    private enum Verb
    {
        Configure,
        Start,
        Stop,
        SetControls,
        Acquire,
        Release,
    }

    /// <summary>Requests that may get a frame, in the order in which they were armed.</summary>
    public List<ChainRequest> Armed { get; } = [];

    /// <summary>Control sets under way, at most the last 64.</summary>
    public List<ulong> Sets { get; } = [];

    public string? Violation { get; private set; }

    public int Asks => _asks.Count;

    public void Clear()
    {
        _asks.Clear();
        Armed.Clear();
        Sets.Clear();
        Violation = null;
    }

    /// <summary>Answers one ask; false if there is none.</summary>
    public bool Answer(CameraSession session, int which, CameraStatus status)
    {
        if (_asks.Count == 0) return false;
        var ask = _asks[which % _asks.Count];
        _asks.RemoveAt(which % _asks.Count);
        switch (ask.Verb)
        {
            case Verb.Configure: session.OnConfigured(ask.Ticket, status, status == CameraStatus.Ok ? ask.Wanted : null); break;
            case Verb.Start: session.OnStarted(ask.Ticket, status); break;
            case Verb.Stop: session.OnStopped(ask.Ticket, status); break;
            case Verb.SetControls: session.OnControlsSet(ask.Ticket, status); break;
            case Verb.Acquire: session.OnOwner(ask.Ticket, status, SessionRole.Owner); break;
            case Verb.Release: session.OnOwner(ask.Ticket, status, SessionRole.Observer); break;
        }

        return true;
    }

    public void Configure(ulong ticket, StreamConfiguration wanted) => _asks.Add(new Ask(Verb.Configure, ticket, wanted));

    public void Start(ulong ticket, ImmutableArray<ControlEntry> initial) => _asks.Add(new Ask(Verb.Start, ticket));

    public void Stop(ulong ticket) => _asks.Add(new Ask(Verb.Stop, ticket));

    public void SetGlobalControls(ulong ticket, ImmutableArray<ControlEntry> controls) => _asks.Add(new Ask(Verb.SetControls, ticket));

    public void AcquireOwner(ulong ticket, bool force) => _asks.Add(new Ask(Verb.Acquire, ticket));

    public void ReleaseOwner(ulong ticket) => _asks.Add(new Ask(Verb.Release, ticket));

    public void Arm(FrameRequest request) => Armed.Add((ChainRequest)request);

    public void SubmitControls(ControlSet set)
    {
        if (Sets.Count == 64) Sets.RemoveAt(0);
        Sets.Add(set.Id);
    }

    public void CancelControls(ulong setId) => Sets.Remove(setId);

    public void MapPool(ulong ticket, int frameBytes)
    {
    }

    public void UnmapPool()
    {
    }

    public void ConfigChanged()
    {
    }

    void ICameraSessionHost.Violation(string reason)
    {
        if (Violation is not null) throw new FindingException($"a session that was broken breaks again: {reason}");
        Violation = reason;
    }

    private readonly record struct Ask(Verb Verb, ulong Ticket, StreamConfiguration? Wanted = null);
}

using System.Collections.Immutable;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Fabric.Readers;

/// <summary>
/// A session as its camera's reader knows it: enough to have it go on at another home, and to answer it when there is none. The reader's
/// actor's alone.
/// </summary>
internal sealed class ReaderMember
{
    private readonly Dictionary<uint, ControlEntry> _controls = [];
    private readonly List<(IFabricMessage Command, ulong Ticket)> _pending = [];
    private readonly bool _mayAcquire;

    /// <summary>A session that its home does not know yet.</summary>
    public ReaderMember(JoinCamera join)
    {
        Entry = join.Session;
        Guest = join.Guest;
        Wanted = join.Session.Role;
        _mayAcquire = join.MayAcquire || Wanted == SessionRole.Owner;
    }

    /// <summary>The session, as the fan-out knows it.</summary>
    public FanOutSession Entry { get; }

    /// <summary>The guest's name.</summary>
    public string Guest { get; }

    /// <summary>What it is to be: what the rig says, until a home has said what it is.</summary>
    public SessionRole Wanted { get; private set; }

    /// <summary>Whether the session knows that it has joined.</summary>
    public bool IsJoined { get; set; }

    /// <summary>The number of its configuration as the session knows it, from whatever home; 0 for none.</summary>
    public uint Told { get; private set; }

    /// <summary>The number that its present home has for it; 0 if the session's configuration is not what is in force there.</summary>
    public uint Generation { get; set; }

    /// <summary>What it has configured; null for nothing.</summary>
    public StreamConfiguration? Configuration { get; private set; }

    /// <summary>Whether it streams.</summary>
    public bool IsStreaming { get; set; }

    /// <summary>Its configuration is this from now on, and it knows.</summary>
    public void Configured(CameraConfigured configured) =>
        (Configuration, Told, Generation) = (configured.Configuration, configured.Generation, configured.Generation);

    /// <summary>A home has said what it is.</summary>
    public void Become(SessionRole role)
    {
        Wanted = role;
        if (role == SessionRole.Observer) _controls.Clear();
        Entry.Role = role;
        Entry.Meter.Become(role);
    }

    /// <summary>What a home has to know of it.</summary>
    public JoinRemote Introduce() => new(
        Entry.Id, Guest, Wanted, _mayAcquire, IsStreaming, Configuration, Wanted == SessionRole.Observer ? [] : [.. _controls.Values]);

    /// <summary>A command is on its way to the home.</summary>
    public void Ask(IFabricMessage command, ulong ticket) => _pending.Add((command, ticket));

    /// <summary>The home has answered.</summary>
    /// <returns>The command; null for an answer that nobody waits for any more.</returns>
    public IFabricMessage? Answered(ulong ticket)
    {
        var position = _pending.FindIndex(pending => pending.Ticket == ticket);
        if (position < 0) return null;
        var command = _pending[position].Command;
        _pending.RemoveAt(position);
        return command;
    }

    /// <summary>Takes out what no home will answer any more.</summary>
    public ImmutableArray<IFabricMessage> TakeUnanswered()
    {
        ImmutableArray<IFabricMessage> unanswered = [.. _pending.Select(static pending => pending.Command)];
        _pending.Clear();
        return unanswered;
    }

    /// <summary>Values for all frames that it has set, to be set again at another home.</summary>
    public void Keep(ImmutableArray<ControlEntry> controls)
    {
        if (controls.IsDefault) return;
        foreach (var entry in controls) _controls[entry.Id] = entry;
    }

    /// <summary>The answer to a command that has no home to answer it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="configuration">What was in force when that was last known.</param>
    public IFabricMessage? Refuse(IFabricMessage command, StreamConfiguration configuration) => command switch
    {
        ConfigureCamera configure => new CameraConfigured(configure.Ticket, CameraStatus.NoSource, Configuration ?? configuration, Told),
        StartStream start => new StreamAnswered(start.Ticket, true, CameraStatus.NoSource),
        StopStream stop => new StreamAnswered(stop.Ticket, false, CameraStatus.Ok),
        SetGlobalControls set => new GlobalControlsSet(set.Ticket, CameraStatus.NoSource),
        AcquireOwner acquire => new OwnerAnswered(acquire.Ticket, CameraStatus.NoSource, Entry.Role, IsForced: false),
        ReleaseOwner release => new OwnerAnswered(release.Ticket, CameraStatus.NoSource, Entry.Role, IsForced: false),
        _ => null,
    };
}

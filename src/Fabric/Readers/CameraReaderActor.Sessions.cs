using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.Cameras;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Sensors.Controls;

namespace CameraFabric.Fabric.Readers;

/// <summary>What sessions want, and what a home answers them.</summary>
internal sealed partial class CameraReaderActor
{
    private void Join(JoinCamera join)
    {
        if (_memory.Stopper is not null)
        {
            join.Session.Session.Tell(new CameraFull(0));
            return;
        }

        var member = new ReaderMember(join);
        _members[member.Entry.Id] = member;
        _fanOut.Tell(new JoinFanOut(member.Entry));
        if (IsAttached) TellHome(member.Introduce());
        else Admit(member, member.Wanted == SessionRole.Owner ? SessionRole.Observer : member.Wanted);
        Attend();
    }

    // Also without a home: who comes then sees a camera whose source is lost, and owns nothing yet.
    private void Admit(ReaderMember member, SessionRole role)
    {
        member.IsJoined = true;
        member.Entry.Role = role;
        member.Entry.Session.Tell(new CameraJoined(_fanOut, Self, role, _memory.Configuration, _isToldPresent));
    }

    private void Leave(LeaveCamera leave)
    {
        if (!_members.Remove(leave.Session, out var member)) return;
        _fanOut.Tell(new LeaveFanOut(member.Entry));
        TellHome(leave);
        Attend();
    }

    private void Ask(IFabricMessage command, ulong session, ulong ticket)
    {
        if (!_members.TryGetValue(session, out var member)) return;
        if (!IsAttached)
        {
            Refuse(member, command);
            return;
        }

        member.Ask(command, ticket);
        TellHome(command);
    }

    private void Refuse(ReaderMember member, IFabricMessage command)
    {
        if (member.Refuse(command, _memory.Configuration) is { } answer) member.Entry.Session.Tell(answer);
    }

    // A session names the configuration by the number that it knows, maybe from another home.
    private void Start(StartStream start)
    {
        if (!_members.TryGetValue(start.Session, out var member)) return;
        if (IsAttached && (start.Generation != member.Told || member.Generation == 0))
        {
            member.Entry.Session.Tell(new StreamAnswered(start.Ticket, true, CameraStatus.Stale));
            return;
        }

        Ask(start with { Generation = member.Generation }, start.Session, start.Ticket);
    }

    private void Stop(StopStream stop)
    {
        if (!_members.TryGetValue(stop.Session, out var member)) return;
        member.IsStreaming = false;
        _fanOut.Tell(new EndStream(member.Entry));
        Ask(stop, stop.Session, stop.Ticket);
        Attend();
    }

    private void Set(SetGlobalControls set)
    {
        Allow(set.Controls.AsSpan());
        Ask(set, set.Session, set.Ticket);
    }

    private void Submit(SubmitControls submit)
    {
        Allow(submit.Set.Controls.AsSpan());

        // As long as no link stands, a frame may well be exposed for the set: but it would not come here.
        if (_isLinkOpen) TellHome(submit);
        else _fanOut.Tell(new ControlSetLost(submit.Set.Id, submit.Set.Context, ControlSetFailure.FrameLost, _memory.Intake.LastFrame));
    }

    private void Allow(ReadOnlySpan<ControlEntry> controls)
    {
        foreach (ref readonly var entry in controls) _memory.Intake.Watchdog.Allow(ControlDurations.Of(entry));
    }

    private void Joined(RemoteJoined joined)
    {
        if (!_members.TryGetValue(joined.Session, out var member)) return;
        var before = member.Entry.Role;
        member.Become(joined.Role);
        _memory.Configuration = joined.Configuration;
        if (!member.IsJoined)
        {
            Admit(member, joined.Role);
            return;
        }

        if (before != joined.Role) Told(member, before, new OwnerAnswered(0, CameraStatus.Ok, joined.Role, before == SessionRole.Owner));
        member.Generation = joined.IsConfigured ? joined.Generation : 0;
        if (!joined.IsConfigured)
        {
            member.Entry.Session.Tell(new ConfigurationMoved(joined.Configuration, joined.Generation, member.Configuration is not null));
        }

        // Under 0 if its configuration is not in force: it gets no frames until it follows.
        if (member.IsStreaming) _fanOut.Tell(new BeginStream(member.Entry, member.Generation));
        Attend();
    }

    private void Refused(RemoteRefused refused)
    {
        if (!_members.Remove(refused.Session, out var member)) return;
        _fanOut.Tell(new LeaveFanOut(member.Entry));
        if (member.IsJoined) member.Entry.Session.Tell(new CameraFailed($"the camera has {refused.Limit} sessions, which is all that it may have"));
        else member.Entry.Session.Tell(new CameraFull(refused.Limit));
        Attend();
    }

    private void PassOn(ToSession passed)
    {
        if (!_members.TryGetValue(passed.Session, out var member)) return;
        switch (passed.Message)
        {
            case CameraConfigured configured:
                _ = member.Answered(configured.Ticket);
                if (configured.Status == CameraStatus.Ok) member.Configured(configured);
                break;
            case StreamAnswered answered:
                var command = member.Answered(answered.Ticket);
                if (answered is { Running: true, Status: CameraStatus.Ok }) Started(member, command as StartStream);
                break;
            case GlobalControlsSet set:
                if (member.Answered(set.Ticket) is SetGlobalControls values && set.Status == CameraStatus.Ok) member.Keep(values.Controls);
                break;
            case OwnerAnswered owner:
                if (owner.Ticket != 0) _ = member.Answered(owner.Ticket);
                var before = member.Entry.Role;
                member.Become(owner.Role);
                Told(member, before, owner);
                return;
            case ControlsChanged changed:
                Allow(changed.Changed.AsSpan());
                break;
            case StreamSilent when !_isToldPresent:
                // The reader has noticed by itself.
                return;
        }

        member.Entry.Session.Tell(passed.Message);
    }

    private void Started(ReaderMember member, StartStream? command)
    {
        // It has stopped since, or nobody waits any more.
        if (command is null) return;
        member.IsStreaming = true;
        if (member.Entry.Role != SessionRole.Observer) member.Keep(command.Initial);
        _fanOut.Tell(new BeginStream(member.Entry, command.Generation));
        Attend();
    }

    private void Told(ReaderMember member, SessionRole before, OwnerAnswered owner)
    {
        // What it had bound to frames to come is nobody's wish any more.
        if (before == SessionRole.Owner && owner.Role == SessionRole.Observer) _fanOut.Tell(new UnbindSession(member.Entry));
        member.Entry.Session.Tell(owner);
    }
}

using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Profiles;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Cameras;

/// <summary>
/// The camera as the home of readers on other nodes: their sessions are members like any other, their frames go through taps.
/// </summary>
internal sealed partial class CameraActor
{
    private readonly Dictionary<IActorRef, RemoteReader> _readers = [];
    private readonly HashSet<IActorRef> _links = [];
    private readonly HashSet<string> _refused = [];
    private bool _hasConfigured;

    private void ReceiveFromReaders(object message)
    {
        switch (message)
        {
            case JoinRemote join: Join(join); break;
            case SubmitControls submit: Submit(submit); break;
            case CancelControls cancel: Cancel(cancel); break;
            case AttachReader attach: Attach(attach); break;
            case DetachReader: Sweep(Sender); break;
            case HoldRemote hold: Hold(hold); break;
            case OpenLink open: Open(open); break;
            case OpenCarrier open: Open(open); break;
            case LinkPrepared prepared: Offer(prepared); break;
            case LinkStands stands: Stand(stands.Reader, stands.Link, stands.Tap); break;
            case LinkFell fell: Fall(fell); break;
            case ReaderPulse pulse: Compare(pulse); break;
            case Terminated terminated: Ended(terminated.ActorRef); break;
            default: ReceiveFromChildren(message); break;
        }
    }

    // What a reader has told is counted, so that one message that was lost on the way is noticed.
    private void Hear(object message)
    {
        if (_readers.Count == 0 || message is ReaderPulse or not IFabricMessage) return;
        if (_readers.TryGetValue(Sender, out var reader)) reader.Heard++;
    }

    private void Attach(AttachReader attach)
    {
        // A home of another epoch is not the one that is meant. The reader asks again, or hears where to ask.
        if (attach.Epoch != _memory.Seat.Epoch || _memory.Stopper is not null) return;
        Sweep(Sender);
        var reader = new RemoteReader(Sender, attach);
        _readers[Sender] = reader;
        _memory.Sensor.HasReaders = true;
        Context.Watch(Sender);
        if (attach.LastFrame != 0) _sensor.Tell(new ContinueAbove(attach.LastFrame));
        if (attach.Configuration is { } had && !_hasConfigured && _members.Values.All(member => member.Generation != Generation))
        {
            Adopt(had);
        }

        if (_profile is not null) Welcome(reader, _profile);
    }

    // What was in force at the home before, so that nobody has to follow anything.
    private void Adopt(StreamConfiguration configuration)
    {
        _hasConfigured = true;
        if (_profile is null) _configuration = configuration;
        else if (_profile.Adjust(configuration) is var adjusted && adjusted != _configuration) Reconfigure(adjusted, null);
    }

    private void Welcome(RemoteReader reader, CameraProfile profile)
    {
        if (reader.Node != _memory.Seat.Node && ProfilePages.BytesOf(profile) is > ProfilePages.MaximumBytes and var bytes)
        {
            // It asks again and again: that is said once.
            var reason = $"its profile has {bytes} bytes, and between nodes one may have {ProfilePages.MaximumBytes}";
            if (_refused.Add(reader.Node)) LogRefused(_rig.Id, reader.Node, reason);
            reader.Ref.Tell(new AttachRefused(reader.Attachment, reason));
            return;
        }

        reader.IsAttached = true;
        var pages = ProfilePages.Split(reader.Attachment, profile);
        foreach (var page in pages) reader.Ref.Tell(page);
        reader.Ref.Tell(new ReaderAttached(
            reader.Attachment, _memory.Seat.Node, _memory.Seat.Epoch, pages.Length, _configuration, Generation, !_isSourceLost));
        LogAttached(_rig.Id, reader.Node);
    }

    private void WelcomeAll(CameraProfile profile)
    {
        foreach (var reader in _readers.Values)
        {
            if (!reader.IsAttached) Welcome(reader, profile);
        }
    }

    private void TellReaders(IFabricMessage message)
    {
        foreach (var reader in _readers.Values)
        {
            if (reader.IsAttached) reader.Tell(message);
        }
    }

    private void Join(JoinRemote join)
    {
        // A camera that stops here is about to be elsewhere, and the reader tells its sessions there.
        if (_memory.Stopper is not null || !_readers.TryGetValue(Sender, out var reader) || !reader.IsAttached) return;
        if (_members.Count >= _options.MaximumSessionsPerCamera)
        {
            reader.Tell(new RemoteRefused(join.Session, _options.MaximumSessionsPerCamera));
            return;
        }

        Leave(join.Session);
        var member = new CameraMember(join, reader);
        _members[member.Id] = member;
        var change = _ledger.Join(member.Id, join.Role == SessionRole.Owner, join.MayAcquire);
        if (join.Role == SessionRole.Owner && change.Gained != member.Id) member.Become(SessionRole.Observer);
        if (join.Configuration is { } had)
        {
            var adjusted = _profile!.Adjust(had);
            if (adjusted != _configuration && MayConfigure(member)) Reconfigure(adjusted, member);
            if (adjusted == _configuration) member.Generation = Generation;
        }

        if (!join.Controls.IsDefaultOrEmpty && Steers(member)) _sensor.Tell(new SetGlobalControls(0, member.Id, join.Controls));
        member.IsStreaming = join.IsStreaming;
        reader.Tell(new RemoteJoined(
            member.Id, member.Role, _configuration, Generation, member.Generation == Generation, member.IsStreaming));
        Attend();
        Want();
    }

    private void Submit(SubmitControls submit)
    {
        if (!_readers.TryGetValue(Sender, out var reader)) return;
        if (Owns(reader, submit.Set.Context)) _sensor.Tell(submit);
        else reader.Tell(new ControlSetLost(submit.Set.Id, submit.Set.Context, ControlSetFailure.Cancelled, 0));
    }

    private void Cancel(CancelControls cancel)
    {
        if (_readers.TryGetValue(Sender, out var reader) && Owns(reader, CameraSessionOptions.SessionOf(cancel.Set))) _sensor.Tell(cancel);
    }

    private bool Owns(RemoteReader reader, ulong session) => _members.TryGetValue(session, out var member) && member.Reader == reader;

    private void Hold(HoldRemote hold)
    {
        if (!_readers.TryGetValue(Sender, out var reader)) return;
        reader.Holds = Math.Max(0, hold.Holds);
        Want();
    }

    // A camera that stops waits for its links to end: it makes no more.
    private void Open(OpenLink open)
    {
        if (_memory.Stopper is not null || !_readers.TryGetValue(Sender, out var reader) || reader.Attachment != open.Attachment) return;
        CloseLink(reader, "the reader asks for another link");
        if (_memory.Seat.Listener is not { } listener) return;
        reader.Link = open.Link;
        var task = new LinkTask(
            listener, _rig.Id, _memory.Seat.Epoch, reader.Ref, reader.Node, open.Link, _memory.Seat.Links, _meter.LinkTo(reader.Node),
            _clock, _logger);
        reader.LinkActor = Context.Watch(Context.ActorOf(HomeLinkActor.Props(task)));
        _links.Add(reader.LinkActor);
    }

    // The reader is on this very node: its tap is told directly.
    private void Open(OpenCarrier open)
    {
        if (_memory.Stopper is not null || !_readers.TryGetValue(Sender, out var reader) || reader.Attachment != open.Attachment) return;
        CloseLink(reader, "");
        reader.Link = open.Link;
        _hadCarrier = true;
        Stand(reader.Ref, open.Link, open.Tap);
    }

    private void Offer(LinkPrepared prepared)
    {
        if (LinkOf(prepared.Reader, prepared.Link) is { } reader) reader.Tell(new LinkOffered(prepared.Link, prepared.Offer));
    }

    private void Stand(IActorRef ofReader, ulong link, IFrameTap tap)
    {
        if (LinkOf(ofReader, link) is not { } reader) return;
        reader.Tap = tap;
        Want();

        // After the fan-out has been told: whoever hears of it and submits controls gets their frame over this tap.
        reader.Tell(new LinkOpened(link));
    }

    private void Fall(LinkFell fell)
    {
        if (LinkOf(fell.Reader, fell.Link) is not { } reader) return;
        CloseLink(reader, fell.End.Reason);
    }

    private RemoteReader? LinkOf(IActorRef ofReader, ulong link) =>
        _readers.TryGetValue(ofReader, out var reader) && reader.Link == link ? reader : null;

    private void CloseLink(RemoteReader reader, string reason)
    {
        if (reader is { IsTapped: true, Tap: { } tap }) _fanOut.Tell(new CloseTap(tap));
        reader.LinkActor?.Tell(new CloseLink(reason));
        (reader.Tap, reader.IsTapped, reader.LinkActor, reader.Link) = (null, false, null, 0);
    }

    // Frames go to a reader exactly as long as somebody there wants them.
    private void Tap()
    {
        foreach (var reader in _readers.Values)
        {
            if (reader.Tap is not { } tap) continue;
            var isWanted = reader.Holds > 0 || _members.Values.Any(member => member.IsStreaming && member.Reader == reader);
            if (isWanted == reader.IsTapped) continue;
            reader.IsTapped = isWanted;
            _fanOut.Tell(isWanted ? new OpenTap(tap) : new CloseTap(tap));
        }
    }

    private void Compare(ReaderPulse pulse)
    {
        if (!_readers.TryGetValue(Sender, out var reader) || reader.Attachment != pulse.Attachment || !reader.IsAttached
            || reader.Heard != pulse.Told)
        {
            // Not known, or a message of it was lost: what it and this home think of each other may differ. It begins anew.
            Sender.Tell(new ReattachReader(pulse.Attachment));
            return;
        }

        reader.Ref.Tell(new HomePulse(pulse.Attachment, reader.Told));
    }

    private void Ended(IActorRef who)
    {
        if (_readers.ContainsKey(who)) Sweep(who);
        if (!_links.Remove(who)) return;

        // One that has failed, which says nothing any more; of any other it is known already.
        if (_readers.Values.FirstOrDefault(reader => who.Equals(reader.LinkActor)) is { } reader) CloseLink(reader, "");
        if (_links.Count == 0 && _isDrained) FinishStop();
    }

    // A reader is gone, or begins anew: its sessions leave.
    private void Sweep(IActorRef who)
    {
        if (!_readers.Remove(who, out var reader)) return;
        Context.Unwatch(who);
        CloseLink(reader, "the reader has gone");
        foreach (var session in _members.Values.Where(member => member.Reader == reader).Select(static member => member.Id).ToArray())
        {
            Leave(session);
        }

        _memory.Sensor.HasReaders = _readers.Count > 0;
        Want();
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "camera {Camera}: node {Node} cannot read it: {Reason}; have its guests on this node, or its profile made smaller")]
    private partial void LogRefused(string camera, string node, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: read by node {Node}")]
    private partial void LogAttached(string camera, string node);
}

/// <summary>A reader of the same node to its home: frames need no link. Answered with <see cref="LinkOpened"/>.</summary>
/// <param name="Attachment">Of its attempt.</param>
/// <param name="Link">Its number for it.</param>
/// <param name="Tap">Who is told of frames.</param>
internal sealed record OpenCarrier(ulong Attachment, ulong Link, IFrameTap Tap);

using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Placement;
using CameraFabric.Sensors.Profiles;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Readers;

/// <summary>The home: where it is, whether it answers, and what it says.</summary>
internal sealed partial class CameraReaderActor
{
    // How often a home is asked for again, and how soon a lost message is noticed.
    private static readonly TimeSpan PulseInterval = TimeSpan.FromMilliseconds(500);

    // Time for a sensor to open.
    private const int ManyPulses = 20;

    private readonly ProfilePages _pages = new();
    private IActorRef? _home;
    private ulong _attachment;
    private bool _isHomeSourcePresent;
    private long _told;
    private long _heard;
    private int _unanswered;
    private uint? _complainedOf;

    private bool IsAttached => _home is not null;

    // What is told is counted on both sides: one message that was lost on the way would leave them at odds.
    private void TellHome(IFabricMessage message)
    {
        if (_home is not { } home) return;
        _told++;
        home.Tell(message, Self);
    }

    private void Follow(Assignment? assignment)
    {
        if (assignment is null || (_memory.Assignment is { } known && assignment.Epoch < known.Epoch)) return;
        var isMoved = _memory.Assignment is not { } before || before.Epoch != assignment.Epoch || before.Home != assignment.Home;
        _memory.Assignment = assignment;
        _settings.Meter.Epoch = assignment.Epoch;
        _memory.Intake.Know(assignment.Epoch);
        if (!isMoved || _memory.Stopper is not null) return;
        Detach();
        _unanswered = 0;
        if (assignment.Home is { } home) LogHome(_settings.Camera.Id, home.Node, assignment.Epoch);
        else LogNoHome(_settings.Camera.Id, assignment.Loss.ToString());
        Attach();
    }

    private void Attach()
    {
        if (_memory.Assignment is not { Home: not null } assignment || _memory.Stopper is not null) return;
        _attachment = ++_memory.LastNumber;
        if (++_unanswered >= ManyPulses && _complainedOf != assignment.Epoch)
        {
            _complainedOf = assignment.Epoch;
            LogUnanswered(_settings.Camera.Id, assignment.Home.Node, assignment.Epoch, (PulseInterval * ManyPulses).TotalSeconds);
        }

        var had = _memory.Profile is null ? null : _memory.Configuration;
        _settings.Locate(Context, assignment).Tell(
            new AttachReader(_attachment, _settings.Node, assignment.Epoch, _memory.Intake.LastFrame, had), Self);
    }

    // At a graceful end, and before the next home: the one before is to know.
    private void Detach()
    {
        if (_home is { } home) home.Tell(new DetachReader(_attachment), Self);
        LoseHome("it has moved");
    }

    private void LoseHome(string reason)
    {
        _attachment = 0;
        if (_home is not { } home) return;
        LogLost(_settings.Camera.Id, reason);
        Context.Unwatch(home);
        _home = null;
        _gap = WantsFrames;
        EndCarrier();
        foreach (var member in _members.Values)
        {
            foreach (var command in member.TakeUnanswered()) Refuse(member, command);
            if (!member.IsJoined) Admit(member, member.Wanted == SessionRole.Owner ? SessionRole.Observer : member.Wanted);
        }

        Attend();
    }

    private void Beat()
    {
        if (_home is { } home) home.Tell(new ReaderPulse(_attachment, _told), Self);
        else Attach();
    }

    private void ReceiveFromHome(IFabricMessage message)
    {
        switch (message)
        {
            case ReaderAttached attached when attached.Attachment == _attachment:
                Attached(attached);
                return;
            case ReattachReader again:
                if (again.Attachment != _attachment) return;
                LoseHome("a message was lost on the way");
                Attach();
                return;
            case ProfilePage page:
                if (page.Attachment == _attachment) _pages.Take(page);
                return;
            case AttachRefused refused:
                if (refused.Attachment == _attachment) Complain(refused.Reason);
                return;
            case HomePulse pulse:
                if (pulse.Attachment != _attachment || pulse.Told == _heard || _home is null) return;
                Detach();
                Attach();
                return;
        }

        if (message is UnreadMessage) Unhandled(message);
        if (!Sender.Equals(_home)) return;
        _heard++;
        switch (message)
        {
            case ToSession passed: PassOn(passed); break;
            case RemoteJoined joined: Joined(joined); break;
            case RemoteRefused refused: Refused(refused); break;
            case HomeConfigured configured: Configured(configured); break;
            case ControlSetLost lost: _fanOut.Tell(lost); break;
            case SourceMoved moved: Moved(moved); break;
            case AllowSilence allow: _memory.Intake.Watchdog.Allow(allow.Duration); break;
            case LinkOffered offered: Offered(offered); break;
            case LinkOpened opened: Opened(opened); break;
        }
    }

    private void Attached(ReaderAttached attached)
    {
        if (_home is not null || ProfileOf(attached) is not { } described) return;
        _home = Context.Watch(Sender);
        (_told, _heard, _unanswered) = (0, 0, 0);
        _isHomeSourcePresent = attached.IsSourcePresent;
        _memory.Configuration = attached.Configuration;
        _settings.Meter.Describe(_memory.Configuration.ToString(), described.IsPerFrame);
        _fanOut.Tell(new DescribeFanOut(described));

        // Requests and frames cross a link, now or after the home's next move: it takes up to a frame longer from one to the other.
        var profile = described with { PipelineDepth = Math.Min(byte.MaxValue, described.PipelineDepth + 1) };
        if (_memory.Profile is not null && _memory.Profile.ToJson() != profile.ToJson()) LogOtherProfile(_settings.Camera.Id, attached.Node);
        _memory.Profile ??= profile;
        LogAttached(_settings.Camera.Id, attached.Node, attached.Epoch);

        // The owner first: what it has is what the others are to follow.
        foreach (var member in _members.Values.OrderBy(static member => member.Wanted != SessionRole.Owner)) TellHome(member.Introduce());
        if (_memory.Holds > 0) TellHome(new HoldRemote(_memory.Holds));
        _homeNode = attached.Node;
        Link();
    }

    // A part that was lost on the way comes with the next attempt.
    private CameraProfile? ProfileOf(ReaderAttached attached)
    {
        try
        {
            return _pages.Join(attached.Attachment, attached.ProfilePages);
        }
        catch (FormatException error)
        {
            Complain($"what it says of the camera cannot be read: {error.Message}");
            return null;
        }
    }

    // Once for each home: it is asked again and again.
    private void Complain(string reason)
    {
        if (_memory.Assignment is not { Home: { } home } assignment || _complainedOf == assignment.Epoch) return;
        _complainedOf = assignment.Epoch;
        LogRefused(_settings.Camera.Id, home.Node, reason);
    }

    private void Configured(HomeConfigured configured)
    {
        _memory.Configuration = configured.Configuration;
        _settings.Meter.Describe(_memory.Configuration.ToString(), _memory.Profile?.IsPerFrame ?? false);
        foreach (var member in _members.Values) member.Generation = 0;
        _fanOut.Tell(new SupersedeConfiguration(configured.Generation));

        // Frames of the new one take as long to come as the first.
        StopWatching();
        Attend();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: at home on node {Node}, epoch {Epoch}")]
    private partial void LogHome(string camera, string node, uint epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: has no home, {Loss}")]
    private partial void LogNoHome(string camera, string loss);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: its home is lost: {Reason}")]
    private partial void LogLost(string camera, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: it cannot be read from node {Node}: {Reason}")]
    private partial void LogRefused(string camera, string node, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "camera {Camera}: node {Node} (epoch {Epoch}) has not said within {Seconds} s what the camera is; it is asked again and again")]
    private partial void LogUnanswered(string camera, string node, uint epoch, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: read from node {Node}, epoch {Epoch}")]
    private partial void LogAttached(string camera, string node, uint epoch);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "camera {Camera}: on node {Node} it describes itself otherwise than before; guests keep the description that they have")]
    private partial void LogOtherProfile(string camera, string node);

    /// <summary>Look after the home.</summary>
    private sealed class Pulse
    {
        public static Pulse Message { get; } = new();
    }
}

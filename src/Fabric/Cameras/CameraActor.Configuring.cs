using Akka.Actor;
using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Fabric.Ownership;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Cameras;

/// <summary>Who may change the camera, and what that means for the others.</summary>
internal sealed partial class CameraActor
{
    private void Configure(ConfigureCamera configure)
    {
        if (!_members.TryGetValue(configure.Session, out var member)) return;
        if (_profile is null)
        {
            member.Tell(new CameraConfigured(configure.Ticket, CameraStatus.NoSource, _configuration, 0));
            return;
        }

        // Everybody is given what is in force; one may say what that is.
        if (MayConfigure(member))
        {
            var adjusted = _profile.Adjust(configure.Wanted);
            if (adjusted != _configuration) Reconfigure(adjusted, member);
        }

        member.Generation = Generation;
        member.Tell(new CameraConfigured(configure.Ticket, CameraStatus.Ok, _configuration, Generation));
    }

    // The owner; of guests that take turns the first one, as long as no other has settled on what there is.
    private bool MayConfigure(CameraMember member) => _ledger.IsInterleaved
        ? member.Role == SessionRole.Interleaved && !_members.Values.Any(other => other != member && other.Generation == Generation)
        : _ledger.Owner == member.Id;

    private void Reconfigure(Sensors.Profiles.StreamConfiguration configuration, CameraMember? by)
    {
        var before = Generation;
        _configuration = configuration;
        Generation++;
        DescribeConfiguration();
        _hasConfigured = true;
        LogConfigured(_rig.Id, configuration.ToString(), by?.Guest ?? "the home before");
        _fanOut.Tell(new SupersedeConfiguration(Generation));
        TellReaders(new HomeConfigured(configuration, Generation));
        if (_isCapturing) _sensor.Tell(new StartCapture(configuration, Generation));
        foreach (var other in _members.Values)
        {
            if (other != by) other.Tell(new ConfigurationMoved(configuration, Generation, other.Generation == before));
        }
    }

    private void DescribeConfiguration() => _meter.Describe(_configuration.ToString(), _profile?.IsPerFrame ?? false);

    private void Answer(ulong ticket, ulong session, in OwnerChange change)
    {
        if (!_members.TryGetValue(session, out var member)) return;
        if (change.Lost != 0 && _members.TryGetValue(change.Lost, out var loser))
        {
            loser.Become(SessionRole.Observer);

            // What it had bound to frames to come is nobody's wish any more. Its values stay until the next owner sets others.
            if (loser.Entry is not null) _fanOut.Tell(new UnbindSession(loser.Entry));
            _sensor.Tell(new CancelContext(change.Lost, Forget: true));
            if (change.Lost != session) loser.Tell(new OwnerAnswered(0, CameraStatus.Ok, SessionRole.Observer, change.Forced));
        }

        if (change.Gained != 0 && _members.TryGetValue(change.Gained, out var winner)) winner.Become(SessionRole.Owner);
        var status = change.Verdict switch
        {
            OwnerVerdict.Granted => CameraStatus.Ok,
            OwnerVerdict.Busy => CameraStatus.Busy,
            OwnerVerdict.Denied => CameraStatus.Denied,
            _ => CameraStatus.Unsupported,
        };
        member.Tell(new OwnerAnswered(ticket, status, member.Role, IsForced: false));
        if (change.Gained != 0 || change.Lost != 0) LogOwner(_rig.Id, _members.GetValueOrDefault(_ledger.Owner)?.Guest ?? "nobody");
        Attend();
    }

    // Guests can bring these about as often as they like, so they are no part of the log by default; the status shows both.
    [LoggerMessage(Level = LogLevel.Debug, Message = "camera {Camera}: configured as {Configuration} by guest {Guest}")]
    private partial void LogConfigured(string camera, string configuration, string guest);

    [LoggerMessage(Level = LogLevel.Debug, Message = "camera {Camera}: owned by {Guest} from now on")]
    private partial void LogOwner(string camera, string guest);
}

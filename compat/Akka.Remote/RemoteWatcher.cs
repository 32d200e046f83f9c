using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Remote.Transport;

namespace Akka.Remote;

/// <summary>
/// Knows which actors of other systems are watched from here. Asks those systems whether they live; when one is silent for too long,
/// all its watched actors count as ended. When one is reached anew, it is told again who watches whom: what a broken connection lost
/// on the way is so made good, and a watch of an actor that ended meanwhile is answered at once.
/// </summary>
internal class RemoteWatcher : ReceiveActor, IWithTimers
{
    private readonly Dictionary<Address, HashSet<(IInternalActorRef Watchee, IInternalActorRef Watcher)>> _watched = [];
    private readonly Dictionary<Address, PhiAccrualFailureDetector> _detectors = [];
    private readonly Dictionary<Address, int> _uids = [];
    private readonly RemoteActorRefProvider _provider;
    private readonly RemoteSettings _settings;

    public RemoteWatcher(RemoteActorRefProvider provider, RemoteSettings settings)
    {
        _provider = provider;
        _settings = settings;
        Receive<WatchRemote>(Watch);
        Receive<UnwatchRemote>(Unwatch);
        Receive<Connected>(connected => Renew(connected.Address, connected.Uid));
        Receive<Answered>(answered => { if (_detectors.TryGetValue(answered.Address, out var detector)) detector.HeartBeat(); });
        Receive<Tick>(_ => Look());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() =>
        Timers.StartPeriodicTimer("tick", new Tick(), _settings.WatchDetector.GetTimeSpan("heartbeat-interval"));

    /// <summary>Whether a system is given up here when it is silent, and not by somebody who knows more of it.</summary>
    protected virtual bool IsJudgedHere(Address address) => true;

    /// <summary>Ends all actors of a system, as far as watchers here can see.</summary>
    /// <param name="address">The system's address.</param>
    /// <param name="uid">Its number; null for whoever answered last.</param>
    /// <param name="forGood">Whether it is never to be talked to again.</param>
    protected void GiveUp(Address address, int? uid, bool forGood)
    {
        _watched.Remove(address);
        _detectors.Remove(address);
        if (forGood) _provider.Transport.Quarantine(address, uid ?? (_uids.TryGetValue(address, out var last) ? last : null));
        AddressTerminatedTopic.Get(Context.System).Publish(new AddressTerminated(address));
    }

    private void Watch(WatchRemote watch)
    {
        var address = watch.Watchee.Path.Address;
        if (!_watched.TryGetValue(address, out var pairs)) _watched[address] = pairs = [];
        pairs.Add((watch.Watchee, watch.Watcher));
        if (_detectors.ContainsKey(address)) return;
        // Counted from now on, so that a system which never answers is given up as well.
        _detectors[address] = new PhiAccrualFailureDetector(_settings.WatchDetector, TimeProvider.System);
        _detectors[address].HeartBeat();
        _provider.Transport.Send(address, FrameKind.Heartbeat);
    }

    private void Unwatch(UnwatchRemote unwatch)
    {
        var address = unwatch.Watchee.Path.Address;
        if (!_watched.TryGetValue(address, out var pairs)) return;
        pairs.Remove((unwatch.Watchee, unwatch.Watcher));
        if (pairs.Count > 0) return;
        _watched.Remove(address);
        _detectors.Remove(address);
    }

    private void Renew(Address address, int uid)
    {
        _uids[address] = uid;
        if (!_watched.TryGetValue(address, out var pairs)) return;
        foreach (var (watchee, watcher) in pairs)
            _provider.Transport.Send((RemoteActorRef)watchee, new Watch(watchee, watcher), ActorRefs.NoSender);
    }

    private void Look()
    {
        foreach (var (address, detector) in _detectors.ToArray())
        {
            if (detector.IsAvailable || !IsJudgedHere(address))
            {
                _provider.Transport.Send(address, FrameKind.Heartbeat);
                continue;
            }
            Context.GetLogger().Warning("The system {0} is silent for too long: all its actors count as ended.", address);
            GiveUp(address, null, true);
        }
    }

    /// <summary>An actor here watches one elsewhere.</summary>
    public sealed record WatchRemote(IInternalActorRef Watchee, IInternalActorRef Watcher) : INoSerializationVerificationNeeded;

    /// <summary>An actor here watches one elsewhere no longer.</summary>
    public sealed record UnwatchRemote(IInternalActorRef Watchee, IInternalActorRef Watcher) : INoSerializationVerificationNeeded;

    /// <summary>A system was reached.</summary>
    public sealed record Connected(Address Address, int Uid) : INoSerializationVerificationNeeded;

    /// <summary>A system lives.</summary>
    public sealed record Answered(Address Address) : INoSerializationVerificationNeeded;

    private sealed record Tick : INoSerializationVerificationNeeded;
}

using System.Collections.Immutable;
using Akka.Actor;
using Akka.Remote;

namespace Akka.Cluster;

// How a node notices that others are silent: it asks the next few of the ring, and tells all whom it cannot reach.
internal sealed partial class ClusterDaemon
{
    private readonly Dictionary<UniqueAddress, PhiAccrualFailureDetector> _detectors = [];
    private Observation _observed = new(0, []);

    private void ReceiveHeartbeats()
    {
        Receive<HeartbeatTick>(_ =>
        {
            foreach (var node in _detectors.Keys) Tell(node.Address, new Heartbeat(_self));
        });
        Receive<Heartbeat>(_ => Sender.Tell(new HeartbeatRsp(_self)));
        Receive<HeartbeatRsp>(answer => { if (_detectors.TryGetValue(answer.From, out var detector)) detector.HeartBeat(); });
        Receive<FirstAnswerDue>(due =>
        {
            if (_detectors.TryGetValue(due.Node, out var detector) && !detector.IsMonitoring) detector.HeartBeat();
        });
        Receive<ReaperTick>(_ => Look());
    }

    // Asks those that come after this one, round the ring of all members.
    private void Monitor()
    {
        var ring = _gossip.Members.Keys.Order().ToList();
        var place = ring.IndexOf(_self);
        var next = place < 0 ? [] : Enumerable.Range(1, Math.Min(_settings.Monitors, ring.Count - 1))
            .Select(step => ring[(place + step) % ring.Count]).ToHashSet();
        foreach (var node in _detectors.Keys.Where(n => !next.Contains(n)).ToArray()) _detectors.Remove(node);
        foreach (var node in next.Where(n => !_detectors.ContainsKey(n)))
        {
            _detectors[node] = new PhiAccrualFailureDetector(_settings.Detector, TimeProvider.System);
            Timers.StartSingleTimer(node, new FirstAnswerDue(node), _settings.ExpectedResponse);
        }
    }

    private void Look()
    {
        if (!IsMember) return;
        var silent = _detectors.Where(d => !d.Value.IsAvailable).Select(d => d.Key).ToImmutableHashSet();
        if (silent.SetEquals(_observed.Unreachable)) return;
        foreach (var node in silent.Except(_observed.Unreachable)) _log.Warning("Node {0} cannot be reached.", node.Address);
        foreach (var node in _observed.Unreachable.Except(silent)) _log.Info("Node {0} can be reached again, or is gone.", node.Address);
        _observed = new Observation(_observed.Version + 1, silent);
        Change(observed: _observed);
    }

    private sealed record FirstAnswerDue(UniqueAddress Node) : INoSerializationVerificationNeeded;
}

using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Placement;

/// <summary>
/// Knows where cameras are at home and tells its node. The leader's one decides it: before its first table it asks every member for the
/// newest that it knows, and whoever has answered takes none of an earlier leader any more, so that there is one line of tables.
/// </summary>
internal sealed partial class PlacementActor : UntypedActor, IWithTimers
{
    // So many lines of one table are read; more are counted.
    private const int Many = 64;

    private readonly PlacementSettings _settings;
    private readonly ILogger _logger;
    private readonly PlacementMemory _memory;
    private readonly PlacementDesk _desk;
    private readonly Takeover _takeover;
    private long _announced;
    private bool _isToLead;

    /// <summary>The placement of one node, over a memory that outlives it.</summary>
    public PlacementActor(PlacementSettings settings, PlacementMemory memory)
    {
        _settings = settings;
        _memory = memory;
        _logger = settings.Loggers.CreateLogger("CameraFabric.Placement");
        (_desk, _takeover) = (memory.Desk, memory.Takeover);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private bool Decides => _memory.View.Leader == _settings.Self && _settings.Fence.IsOpen(_settings.Clock.Now);

    private IEnumerable<NodeIncarnation> Others =>
        _memory.View.Members.Select(static member => member.Incarnation).Where(node => node != _settings.Self);

    /// <summary>How to make one.</summary>
    public static Props Props(PlacementSettings settings)
    {
        var memory = new PlacementMemory(settings);
        return Akka.Actor.Props.Create(() => new PlacementActor(settings, memory));
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(Beat.Message, Beat.Message, _settings.Rig.Cluster.Heartbeat);
        Context.ActorSelection("../membership").Tell(TellMembership.Message);
    }

    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        // A defect here. What the node has promised and what it knows of epochs stays: forgotten, they could begin anew, or go back.
        LogDefect(message?.GetType().Name ?? "", Sender, reason);
        PostStop();
    }

    /// <inheritdoc/>
    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);

        // Whatever failed may have failed before they were told.
        foreach (var listener in _memory.Listeners) Context.Watch(listener);
        if (_desk.Table.Version != default) Tell();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Beat:
                Lead();
                Announce();
                if (_memory.Closes) Close();
                break;
            case LeadOnce:
                _isToLead = false;
                Lead();
                break;
            case MembershipView view:
                _memory.View = view;
                _desk.Become(view, _settings.Clock.Now);
                Lead();
                break;
            case WatchPlacement watch:
                _memory.Listeners.Add(watch.Listener);
                Context.Watch(watch.Listener);
                if (_desk.Table.Version != default) watch.Listener.Tell(new PlacementChanged(_desk.Table, _settings.Self));
                break;
            case Terminated ended:
                _memory.Listeners.Remove(ended.ActorRef);
                break;
            case HomeReleased released:
                Release([released]);
                break;
            case AllHomesReleased:
                Release(_desk.Table.Assignments.Values.Where(home => home.IsHome(_settings.Self)).Select(static home => new HomeReleased(home.Camera, home.Epoch)).ToArray());
                break;
            case CloseNode:
                _memory.Closes = true;
                Close();
                break;
            case NodeClosing closing when _memory.View.Of(closing.Address, closing.Uid) is { } member:
                _desk.Close(member.Incarnation);
                Lead();
                break;
            case NodeClosing:
                break;
            case NodeEnded ended:
                End(ended);
                break;
            case PlacementAsked or PlacementRefused or PlacementPromised or PlacementAnnounced or PlacementWanted or PlacementPage or CameraReleased:
                Hear(message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Hear(object message)
    {
        switch (message)
        {
            case PlacementAsked asked when _takeover.Promise(asked.Term, asked.Author):
                Sender.Tell(new PlacementPromised(asked.Term, asked.Author, _settings.Self.Address, _settings.Self.Uid, _desk.Table.Version));
                break;
            case PlacementAsked:
                Sender.Tell(_takeover.Refusal);
                break;
            case PlacementRefused refused when _takeover.Refuse(refused.Term, refused.Author):
                Lead();
                break;
            case PlacementPromised promised when _memory.View.Of(promised.Address, promised.Uid) is { } member:
                if (_takeover.Hear(promised, member.Incarnation) && promised.Known.CompareTo(_desk.Table.Version) > 0)
                    Sender.Tell(new PlacementWanted(_desk.Table.Version));
                Lead();
                break;
            case PlacementAnnounced announced when announced.Version.CompareTo(_desk.Table.Version) > 0:
                Sender.Tell(new PlacementWanted(_desk.Table.Version));
                break;
            case PlacementWanted wanted when wanted.Known.CompareTo(_desk.Table.Version) < 0:
                Send(Sender);
                break;
            case PlacementPage page when !_takeover.Allows(page.Version):
                // A leader that does not know that another has begun a term since would tell its tables in vain.
                Sender.Tell(_takeover.Refusal);
                break;
            case PlacementPage page when _memory.Pages.Take(page) is { } table && _desk.Take(table):
                Tell();
                Forget();
                foreach (var home in _memory.Released) Report(home);
                Lead();
                break;
            case CameraReleased released:
                _desk.Release(released.Camera, released.Epoch);
                LeadSoon();
                break;
        }
    }

    /// <summary>What a leader does; also one that is about to become it, or to stop being it.</summary>
    private void Lead()
    {
        if (!Decides)
        {
            _takeover.StandBack();
            return;
        }

        var others = _memory.View.Members.Where(member => member.IsReachable && member.IsTakingPart && member.Incarnation != _settings.Self);
        if (!_takeover.IsComplete([.. others.Select(static member => member.Incarnation)], _desk.Table.Version, out var missing))
        {
            foreach (var node in missing) _settings.Cluster.Placement(node).Tell(_takeover.Question, Self);
            return;
        }

        var first = _desk.Table.Version.Term != _takeover.Term || _desk.Table.Version.Author != _settings.Self.Address;
        if (!first && !_desk.IsStale(_settings.Clock.Now)) return;
        var next = _desk.Compute(_settings.Clock.Now);
        if (!first && next == _desk.Table.Assignments) return;
        Log(next);
        _desk.Take(new PlacementTable(new TableVersion(_takeover.Term, _settings.Self.Address, first ? 1 : _desk.Table.Version.Number + 1), next));
        Forget();
        foreach (var node in Others) Send(_settings.Cluster.Placement(node));
        Tell();
    }

    /// <summary>Homes stop by the thousand when a node does: one table for all that have said so by then.</summary>
    private void LeadSoon()
    {
        if (_isToLead) return;
        _isToLead = true;
        Self.Tell(LeadOnce.Message);
    }

    /// <summary>Messages may be lost, and members come later: so what is newest is told again and again.</summary>
    private void Announce()
    {
        if (_settings.Clock.Now - _announced < TimeSpan.NanosecondsPerTick * _settings.Rig.Cluster.Pause.Ticks) return;
        _announced = _settings.Clock.Now;
        foreach (var home in _memory.Released.Where(IsStillMine)) Report(home);
        if (!Decides || _desk.Table.Version.Author != _settings.Self.Address) return;
        foreach (var node in Others) _settings.Cluster.Placement(node).Tell(new PlacementAnnounced(_desk.Table.Version), Self);
    }

    private void Release(IEnumerable<HomeReleased> homes)
    {
        foreach (var home in homes.Where(_memory.Released.Add)) Report(home);
    }

    // What has another home by now need not be told any more.
    private void Forget() => _memory.Released.RemoveWhere(home => !IsStillMine(home));

    private bool IsStillMine(HomeReleased home) =>
        _desk.Table.Of(home.Camera) is { } present && present.Epoch == home.Epoch && present.IsHome(_settings.Self);

    private void Report(HomeReleased home)
    {
        var report = new CameraReleased(home.Camera, home.Epoch);
        if (_memory.View.Leader is { } leader) _settings.Cluster.Placement(leader).Tell(report, Self);
    }

    /// <summary>The leader has to find another place for what is here.</summary>
    private void Close()
    {
        var closing = new NodeClosing(_settings.Self.Address, _settings.Self.Uid);
        if (_memory.View.Leader is { } leader) _settings.Cluster.Placement(leader).Tell(closing, Self);
    }

    private void End(NodeEnded ended)
    {
        _desk.End(new NodeIncarnation(ended.Node, ended.Address, ended.Uid));
        // From the parent on this node itself: the leader has to know.
        if (Sender.Path.Address.HasLocalScope && _memory.View.Leader is { } leader && leader != _settings.Self)
            _settings.Cluster.Placement(leader).Tell(ended, Self);
        Lead();
    }

    private void Send(ICanTell member)
    {
        foreach (var page in TablePages.Split(_desk.Table)) member.Tell(page, Self);
    }

    private void Tell()
    {
        _settings.Seat.Board.Table = _desk.Table;
        var changed = new PlacementChanged(_desk.Table, _settings.Self);
        foreach (var listener in _memory.Listeners) listener.Tell(changed);
    }

    private void Log(IReadOnlyDictionary<string, Assignment> next)
    {
        var moved = next.Where(pair => _desk.Table.Of(pair.Key)?.Epoch != pair.Value.Epoch).ToArray();
        if (moved.Length > Many)
        {
            foreach (var home in moved.GroupBy(static pair => pair.Value.Home))
            {
                if (home.Key is { } node) LogHomes(home.Count(), node);
                else LogManyLost(home.Count());
            }

            return;
        }

        foreach (var (camera, assignment) in moved)
        {
            if (assignment.Home is { } home) LogHome(camera, home, assignment.Epoch);
            else LogLost(camera, assignment.Loss, assignment.Epoch);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "placement failed at a {Kind} from {Peer}, which is a defect; it goes on with what it knows")]
    private partial void LogDefect(string kind, IActorRef peer, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera} is at home on {Node} (epoch {Epoch})")]
    private partial void LogHome(string camera, NodeIncarnation node, uint epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera} has no home: {Reason} (epoch {Epoch})")]
    private partial void LogLost(string camera, HomeLoss reason, uint epoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Cameras} cameras are at home on {Node} now")]
    private partial void LogHomes(int cameras, NodeIncarnation node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Cameras} cameras have no home now")]
    private partial void LogManyLost(int cameras);

    private sealed class LeadOnce
    {
        public static LeadOnce Message { get; } = new();
    }

    private sealed class Beat
    {
        public static Beat Message { get; } = new();
    }
}

using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Supervision;

/// <summary>What a test tells an actor to let it fail.</summary>
/// <param name="Cause">What to throw.</param>
public sealed record Fail(Exception Cause);

/// <summary>Asks a parent for a child that reports to <paramref name="Report"/>.</summary>
public sealed record StartChild(string Name, IActorRef Report);

/// <summary>Counts, fails when told to, and reports the hooks that Akka calls.</summary>
public sealed class Counting : ReceiveActor
{
    private readonly IActorRef _report;
    private int _count;

    public Counting(IActorRef report)
    {
        _report = report;
        report.Tell("constructed");
        Receive<string>(s => s == "count", _ => _count++);
        Receive<string>(s => s == "read", _ => Sender.Tell(_count));
        Receive<string>(s => s == "stop", _ => Context.Stop(Self));
        Receive<Fail>(f => throw f.Cause);
    }

    protected override void PreStart() => _report.Tell("PreStart");

    protected override void PostStop() => _report.Tell("PostStop");

    protected override void PreRestart(Exception reason, object message)
    {
        _report.Tell($"PreRestart {reason.Message} {message.GetType().Name}");
        base.PreRestart(reason, message);
    }

    protected override void PostRestart(Exception reason)
    {
        _report.Tell($"PostRestart {reason.Message}");
        base.PostRestart(reason);
    }
}

/// <summary>A parent with a given strategy, which makes children on demand.</summary>
public sealed class Parent : ReceiveActor
{
    private readonly SupervisorStrategy _strategy;
    private readonly IActorRef? _report;

    public Parent(SupervisorStrategy strategy, IActorRef? report = null)
    {
        _strategy = strategy;
        _report = report;
        Receive<StartChild>(s => Sender.Tell(Context.ActorOf(Props.Create(() => new Counting(s.Report)), s.Name)));
        Receive<Props>(p => Sender.Tell(Context.ActorOf(p)));
    }

    protected override SupervisorStrategy SupervisorStrategy() => _strategy;

    protected override void PostStop() => _report?.Tell("parent stopped");

    protected override void PostRestart(Exception reason)
    {
        _report?.Tell($"parent restarted: {reason.Message}");
        base.PostRestart(reason);
    }
}

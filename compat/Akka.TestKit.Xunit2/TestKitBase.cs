using System.Linq.Expressions;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Xunit.Sdk;

namespace Akka.TestKit;

/// <summary>A test's view of an actor system: a test actor that keeps what it is told, and what to expect of it.</summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    // Creating an actor takes microseconds; this bounds only a system that cannot start one at all.
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(30);
    private static int s_testActors;

    private readonly TestMailbox _mailbox = new();
    private readonly ActorCell _cell;
    private Envelope? _last;

    /// <summary>Takes a system, or makes a new one with <see cref="DefaultConfig"/>.</summary>
    /// <param name="system">The system; null makes a new one.</param>
    /// <param name="testActorName">The name of the test actor; null makes one up.</param>
    protected TestKitBase(ActorSystem? system, string? testActorName)
    {
        Sys = system ?? ActorSystem.Create("test", DefaultConfig);
        // A system made elsewhere knows nothing of akka.test, where the dispatcher of the test actor is described.
        if (!Sys.Settings.Config.HasPath(CallingThreadDispatcher.Id)) Sys.Settings.InjectTopLevelFallback(DefaultConfig);
        TestKitSettings = new TestKitSettings(Sys.Settings.Config);

        var name = testActorName ?? "testActor" + Interlocked.Increment(ref s_testActors);
        var started = new TaskCompletionSource<ActorCell>(TaskCreationOptions.RunContinuationsAsynchronously);
        var props = Props.Create(() => new TestActor(_mailbox, started)).WithDispatcher(CallingThreadDispatcher.Id);
        TestActor = ((ExtendedActorSystem)Sys).SystemActorOf(props, name);
        if (!started.Task.Wait(StartBound)) throw new XunitException($"The test actor {TestActor.Path} did not start within {StartBound}.");
        _cell = started.Task.Result;
        if (this is INoImplicitSender) return;
        InternalCurrentActorCellKeeper.Current = _cell;
        SynchronizationContext.SetSynchronizationContext(new ImplicitSenderContext(_cell, SynchronizationContext.Current));
    }

    /// <summary>Makes a new system.</summary>
    /// <param name="config">Its setup.</param>
    /// <param name="actorSystemName">Its name; null means "test".</param>
    protected TestKitBase(ActorSystemSetup config, string? actorSystemName = null) : this(Create(config, actorSystemName), null)
    {
    }

    /// <summary>Makes a new system.</summary>
    /// <param name="config">Its configuration; <see cref="DefaultConfig"/> is the fall-back.</param>
    /// <param name="actorSystemName">Its name; null means "test".</param>
    protected TestKitBase(Config config, string? actorSystemName = null)
        : this(ActorSystem.Create(actorSystemName ?? "test", config.WithFallback(DefaultConfig)), null)
    {
    }

    /// <summary>The configuration of a test system, to fall back to.</summary>
    public static Config DefaultConfig { get; } = ConfigurationFactory.ParseString($$"""
        akka {
          loggers = ["{{typeof(TestEventListener).AssemblyQualifiedName}}"]
          stdout-loglevel = WARNING
          suppress-json-serializer-warning = on
          test {
            timefactor = 1.0
            filter-leeway = 3s
            single-expect-default = 3s
            expect-no-message-default = 100ms
            default-timeout = 5s
            calling-thread-dispatcher {
              type = "{{typeof(CallingThreadDispatcherConfigurator).AssemblyQualifiedName}}"
              throughput = 2147483647
            }
          }
        }
        """);

    /// <summary>The actor system of the test.</summary>
    public ActorSystem Sys { get; }

    /// <summary>The section <c>akka.test</c>.</summary>
    public TestKitSettings TestKitSettings { get; }

    /// <summary>The actor whose messages the test expects; the implicit sender of what the test tells.</summary>
    public IActorRef TestActor { get; }

    /// <summary>The log of the system.</summary>
    public ILoggingAdapter Log => Sys.Log;

    /// <summary>Whether something has been received that no expectation has taken.</summary>
    public bool HasMessages => _mailbox.HasMessages;

    /// <summary>The message taken last; null before the first.</summary>
    public object? LastMessage => _last?.Message;

    /// <summary>Who sent the message taken last; the dead letters before the first.</summary>
    public IActorRef LastSender => _last?.Sender ?? Sys.DeadLetters;

    /// <summary>Expectations about what is logged.</summary>
    public EventFilterFactory EventFilter => new(this);

    /// <summary>Drops every message that <paramref name="shouldIgnore"/> says yes to, instead of keeping it for an expectation.</summary>
    /// <param name="shouldIgnore">Which messages to drop.</param>
    public void IgnoreMessages(Func<object, bool> shouldIgnore) =>
        TestActor.Tell(new TestActor.SetIgnore(shouldIgnore), ActorRefs.NoSender);

    /// <summary>Drops no message any more.</summary>
    public void IgnoreNoMessages() => TestActor.Tell(new TestActor.SetIgnore(null), ActorRefs.NoSender);

    /// <summary>Has the test actor watch an actor: it gets a <see cref="Terminated"/> when that ends.</summary>
    /// <param name="actorToWatch">Whom to watch.</param>
    /// <returns><paramref name="actorToWatch"/>.</returns>
    public IActorRef Watch(IActorRef actorToWatch)
    {
        TestActor.Tell(new TestActor.WatchActor(actorToWatch), ActorRefs.NoSender);
        return actorToWatch;
    }

    /// <summary>Ends what <see cref="Watch"/> began.</summary>
    /// <param name="actorToUnwatch">Whom to watch no longer.</param>
    /// <returns><paramref name="actorToUnwatch"/>.</returns>
    public IActorRef Unwatch(IActorRef actorToUnwatch)
    {
        TestActor.Tell(new TestActor.UnwatchActor(actorToUnwatch), ActorRefs.NoSender);
        return actorToUnwatch;
    }

    /// <summary>Starts an actor directly under the user guardian.</summary>
    /// <param name="props">What it is made of.</param>
    /// <param name="name">Its name; null makes one up.</param>
    /// <returns>The actor.</returns>
    public IActorRef ActorOf(Props props, string? name = null) => Sys.ActorOf(props, name);

    /// <summary>Starts an actor directly under the user guardian.</summary>
    /// <typeparam name="TActor">Its class, which has a parameterless constructor.</typeparam>
    /// <param name="name">Its name; null makes one up.</param>
    /// <returns>The actor.</returns>
    public IActorRef ActorOf<TActor>(string? name = null) where TActor : ActorBase, new() => Sys.ActorOf(Props.Create<TActor>(), name);

    /// <summary>Starts an actor directly under the user guardian.</summary>
    /// <typeparam name="TActor">Its class.</typeparam>
    /// <param name="factory">A call of its constructor.</param>
    /// <param name="name">Its name; null makes one up.</param>
    /// <returns>The actor.</returns>
    public IActorRef ActorOf<TActor>(Expression<Func<TActor>> factory, string? name = null) where TActor : ActorBase =>
        Sys.ActorOf(Props.Create(factory), name);

    /// <summary>Looks for actors below a path.</summary>
    /// <param name="actorPath">The path; may be relative and have wildcards.</param>
    /// <returns>The selection.</returns>
    public ActorSelection ActorSelection(string actorPath) => Sys.ActorSelection(actorPath);

    /// <summary>Looks for the actors of a path.</summary>
    /// <param name="actorPath">The path.</param>
    /// <returns>The selection.</returns>
    public ActorSelection ActorSelection(ActorPath actorPath) => Sys.ActorSelection(actorPath);

    /// <summary>Makes a second test actor with expectations of its own.</summary>
    /// <param name="name">Its name; null makes one up.</param>
    /// <returns>The probe.</returns>
    public virtual TestProbe CreateTestProbe(string? name = null) => CreateTestProbe(Sys, name);

    /// <summary>Makes a test actor in another system.</summary>
    /// <param name="system">The system.</param>
    /// <param name="name">Its name; null makes one up.</param>
    /// <returns>The probe.</returns>
    public virtual TestProbe CreateTestProbe(ActorSystem system, string? name = null) => new(system, name);

    /// <summary>Ends the system and waits for that.</summary>
    /// <param name="duration">How long to wait; null means 5 s, dilated.</param>
    /// <param name="verifySystemShutdown">Whether to fail when it has not ended by then.</param>
    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) =>
        Shutdown(Sys, duration, verifySystemShutdown);

    /// <summary>Ends a system and waits for that.</summary>
    /// <param name="system">The system.</param>
    /// <param name="duration">How long to wait; null means 5 s, dilated.</param>
    /// <param name="verifySystemShutdown">Whether to fail when it has not ended by then.</param>
    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var bound = duration ?? Dilated(TimeSpan.FromSeconds(5));
        var ended = system.Terminate().Wait(bound);
        if (!ended && verifySystemShutdown) throw new XunitException($"The actor system {system.Name} did not end within {bound}.");
    }

    private protected void ForgetImplicitSender()
    {
        if (ReferenceEquals(InternalCurrentActorCellKeeper.Current, _cell)) InternalCurrentActorCellKeeper.Current = null;
        if (SynchronizationContext.Current is ImplicitSenderContext context)
            SynchronizationContext.SetSynchronizationContext(context.Inner);
    }

    private static ActorSystem Create(ActorSystemSetup setup, string? name)
    {
        var bootstrap = setup.Get<BootstrapSetup>().GetOrElse(BootstrapSetup.Create());
        return ActorSystem.Create(name ?? "test", setup.And(bootstrap.WithConfigFallback(DefaultConfig)));
    }
}

using Akka.Configuration;
using Akka.Dispatch;

namespace Akka.TestKit;

/// <summary>Runs an actor on the thread that tells it something, so that a test has no other thread to wait for.</summary>
public class CallingThreadDispatcher : MessageDispatcher
{
    /// <summary>The name to give to <c>Props.WithDispatcher</c>.</summary>
    public static new readonly string Id = "akka.test.calling-thread-dispatcher";

    /// <summary>Called by <see cref="CallingThreadDispatcherConfigurator"/>.</summary>
    /// <param name="configurator">Who makes it.</param>
    public CallingThreadDispatcher(MessageDispatcherConfigurator configurator) : base(configurator)
    {
    }

    /// <inheritdoc />
    protected override void ExecuteTask(IRunnable run) => run.Run();

    /// <inheritdoc />
    protected override void Shutdown()
    {
    }
}

/// <summary>Makes the <see cref="CallingThreadDispatcher"/>: one for a system.</summary>
public class CallingThreadDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly CallingThreadDispatcher _dispatcher;

    /// <summary>Called by Akka, which makes dispatchers by type name.</summary>
    /// <param name="config">The dispatcher's section.</param>
    /// <param name="prerequisites">What the system lends to a dispatcher.</param>
    public CallingThreadDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites) : base(config, prerequisites) =>
        _dispatcher = new CallingThreadDispatcher(this);

    /// <inheritdoc />
    public override MessageDispatcher Dispatcher() => _dispatcher;
}

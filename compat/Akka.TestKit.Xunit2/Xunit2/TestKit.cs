using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2;

/// <summary>The base class of an xunit test class with an actor system of its own, shut down when the test ends.</summary>
public class TestKit : TestKitBase, IDisposable
{
    /// <summary>Where the logs of the system go; null when the test class was given none.</summary>
    protected readonly ITestOutputHelper? Output;

    private bool _disposed;

    /// <summary>Uses <paramref name="system"/>, or a new one with <see cref="TestKitBase.DefaultConfig"/>.</summary>
    /// <param name="system">The system under test; null makes a new one.</param>
    /// <param name="output">Where logs go.</param>
    public TestKit(ActorSystem? system = null, ITestOutputHelper? output = null) : base(system, null)
    {
        Output = output;
        StartLogger();
    }

    /// <summary>Makes a new system from <paramref name="config"/>.</summary>
    /// <param name="config">The setup; <see cref="TestKitBase.DefaultConfig"/> is its fall-back.</param>
    /// <param name="actorSystemName">The name of the system; null means "test".</param>
    /// <param name="output">Where logs go.</param>
    public TestKit(ActorSystemSetup config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(config, actorSystemName)
    {
        Output = output;
        StartLogger();
    }

    /// <summary>Makes a new system from <paramref name="config"/>.</summary>
    /// <param name="config">HOCON; <see cref="TestKitBase.DefaultConfig"/> is its fall-back.</param>
    /// <param name="actorSystemName">The name of the system; null means "test".</param>
    /// <param name="output">Where logs go.</param>
    public TestKit(Config config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(config, actorSystemName)
    {
        Output = output;
        StartLogger();
    }

    /// <summary>Makes a new system from <paramref name="config"/>.</summary>
    /// <param name="config">HOCON text; <see cref="TestKitBase.DefaultConfig"/> is its fall-back.</param>
    /// <param name="output">Where logs go.</param>
    public TestKit(string config, ITestOutputHelper? output = null) : this(ConfigurationFactory.ParseString(config), null, output)
    {
    }

    /// <summary>Ends the test: shuts the system down.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Called once by <see cref="Dispose()"/>.</summary>
    /// <param name="disposing">False only from a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (_disposed) return;
        _disposed = true;
        if (!disposing) return;
        try
        {
            AfterAll();
        }
        finally
        {
            ForgetImplicitSender();
        }
    }

    /// <summary>What happens after the test; shuts the system down.</summary>
    protected virtual void AfterAll() => Shutdown();

    private void StartLogger()
    {
        if (Output is not { } output) return;
        var system = (ExtendedActorSystem)Sys;
        var logger = system.SystemActorOf(Props.Create(() => new TestOutputLogger(output)), "log-test");
        // The logger subscribes itself on the bus that this message names, as every Akka logger does.
        logger.Ask<LoggerInitialized>(new InitializeLogger(system.EventStream), TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
    }
}

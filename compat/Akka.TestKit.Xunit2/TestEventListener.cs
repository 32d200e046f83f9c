using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>The logger of a system under test: keeps the console quiet.</summary>
public class TestEventListener : ReceiveActor
{
    /// <summary>Called by Akka, which starts loggers by type name.</summary>
    public TestEventListener()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        ReceiveAny(_ => { });
    }
}

using Akka.Actor;
using Akka.Event;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2;

/// <summary>Writes the log events of a system to the output of the test.</summary>
internal sealed class TestOutputLogger : ReceiveActor
{
    public TestOutputLogger(ITestOutputHelper output)
    {
        Receive<LogEvent>(e =>
        {
            try
            {
                output.WriteLine(e.ToString());
            }
            catch (InvalidOperationException)
            {
                // The test has ended and xunit takes no more lines; a log line is no reason to fail.
            }
        });
        Receive<InitializeLogger>(e =>
        {
            foreach (var channel in (Type[])[typeof(Debug), typeof(Info), typeof(Warning), typeof(Error)])
                e.LoggingBus.Subscribe(Self, channel);
            Sender.Tell(new LoggerInitialized());
        });
    }
}

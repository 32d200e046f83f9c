using Akka.TestKit;

namespace CameraFabric.ActorContract.Tests.Time;

/// <summary>A test in whose actor system time passes only when it says so.</summary>
public abstract class VirtualTimeTest : ContractTest
{
    protected VirtualTimeTest() : base($"akka.scheduler.implementation = \"{typeof(TestScheduler).AssemblyQualifiedName}\"")
    {
    }

    protected TestScheduler Scheduler => (TestScheduler)Sys.Scheduler;
}

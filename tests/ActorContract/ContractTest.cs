using Akka.Configuration;
using Akka.TestKit.Xunit2;

namespace CameraFabric.ActorContract.Tests;

/// <summary>A test of what the fabric relies on in Akka: holds for the genuine and for the offline set.</summary>
public abstract class ContractTest : TestKit
{
    // A failure bound only, for a loaded machine: no test waits this long when Akka does what it should.
    private const string Bounds = "akka.test.single-expect-default = 30s, akka.test.filter-leeway = 30s";

    protected static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    protected ContractTest(string config = "") : base(ConfigurationFactory.ParseString(config).WithFallback(Bounds))
    {
    }

    /// <summary>
    /// Proves that nothing else came: whatever was on its way to the test has been told before this marker, by the same thread or
    /// by an actor that has answered since.
    /// </summary>
    protected void NothingElseCame()
    {
        var marker = new object();
        TestActor.Tell(marker, Akka.Actor.ActorRefs.NoSender);
        Assert.Same(marker, ReceiveOne(Bound));
    }
}

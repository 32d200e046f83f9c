using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;

namespace CameraFabric.ActorContract.Tests.Remoting;

/// <summary>A test with a second actor system, which is reached over loopback.</summary>
public abstract class RemoteTest : ContractTest
{
    private static readonly string Remote = $$"""
        akka {
          loglevel = WARNING
          test { single-expect-default = 30s, filter-leeway = 30s }
          actor.provider = remote
          actor.serializers.wire = "{{typeof(WireSerializer).AssemblyQualifiedName}}"
          actor.serialization-bindings {
            "{{typeof(IWireMessage).AssemblyQualifiedName}}" = wire
          }
          remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
        }
        """;

    private readonly Config _config;

    protected RemoteTest(string config = "") : base(config + "\n" + Remote)
    {
        _config = ConfigurationFactory.ParseString(config + "\n" + Remote).WithFallback(DefaultConfig);
        There = Start();
    }

    /// <summary>The other system.</summary>
    protected ActorSystem There { get; }

    /// <summary>Starts one more system with the same configuration.</summary>
    protected ActorSystem Start(string config = "") =>
        ActorSystem.Create("there", ConfigurationFactory.ParseString(config).WithFallback(_config));

    /// <summary>Starts one more system, with a setup on top of the same configuration.</summary>
    protected ActorSystem Start(ActorSystemSetup setup)
    {
        var own = setup.Get<BootstrapSetup>().Value;
        return ActorSystem.Create("there", setup.And(own.WithConfig(own.Config.Value.WithFallback(_config))));
    }

    /// <summary>Where others reach a system.</summary>
    protected static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    /// <summary>A user's actor of another system, named as only its address and path are known.</summary>
    protected ActorSelection Far(string name, ActorSystem? system = null) =>
        Sys.ActorSelection(new RootActorPath(AddressOf(system ?? There)) / "user" / name);

    /// <summary>An actor of the other system, as this one sees it.</summary>
    protected async Task<IActorRef> FarRef(string name) => await Far(name).ResolveOne(Bound);

    protected override void AfterAll()
    {
        Shutdown(There, Bound);
        base.AfterAll();
    }
}

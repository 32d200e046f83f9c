using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using CameraFabric.Fabric.Messages;
using AkkaCluster = Akka.Cluster.Cluster;

namespace CameraFabric.Cluster.Tests.Messages;

/// <summary>
/// A member of a cluster of real processes that says what no node of this version says. It has none of the roles, so nothing is asked of it.
/// </summary>
internal sealed class OddPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly BlockingCollection<OddMessage> _heard = [];
    private readonly BlockingCollection<string> _errors = [];
    private readonly ActorSystem _system;
    private readonly FabricSerializer _genuine;
    private readonly IActorRef _ear;

    public OddPeer(string address, string seed)
    {
        _system = ActorSystem.Create("camera-fabric", ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = WARNING
              stdout-loglevel = OFF
              loggers = []
              actor {
                provider = cluster
                serializers.odd = "{{typeof(OddSerializer).AssemblyQualifiedName}}"
                serialization-bindings { "{{typeof(OddMessage).AssemblyQualifiedName}}" = odd }
              }
              remote.dot-netty.tcp { hostname = "{{address}}", port = 0 }
              cluster {
                roles = ["node.odd"]
                downing-provider-class = ""
                run-coordinated-shutdown-when-down = off
                failure-detector.acceptable-heartbeat-pause = 30s
              }
            }
            """));
        _genuine = new FabricSerializer((ExtendedActorSystem)_system);
        _ear = _system.ActorOf(Props.Create(() => new Ear(message => _heard.Add(message))), "ear");
        _system.EventStream.Subscribe(_system.ActorOf(Props.Create(() => new ErrorEar(error => _errors.Add(error)))), typeof(Error));
        AkkaCluster.Get(_system).JoinSeedNodes([Address.Parse(AddressOf(seed))]);
    }

    /// <summary>The bytes of a message of this version.</summary>
    public byte[] Bytes(IFabricMessage message) => _genuine.ToBinary(message);

    public string SelfAddress => AkkaCluster.Get(_system).SelfAddress.ToString();

    public int SelfUid => AkkaCluster.Get(_system).SelfUniqueAddress.Uid;

    /// <summary>Sends a message as this version writes it.</summary>
    public void Tell(string host, string path, IFabricMessage message) => Tell(host, path, message.GetType().Name, Bytes(message));

    /// <summary>Sends bytes.</summary>
    public void Tell(string host, string path, string manifest, byte[] bytes) => TellAny(host, path, new OddMessage(manifest, bytes));

    /// <summary>Sends what Akka itself knows.</summary>
    public void TellAny(string host, string path, object message) => _system.ActorSelection($"{AddressOf(host)}/user/fabric/{path}").Tell(message, _ear);

    /// <summary>Sends bytes to an actor that has been looked up.</summary>
    public async Task TellRefAsync(string host, string path, OddMessage message)
    {
        var found = await _system.ActorSelection($"{AddressOf(host)}/user/fabric/{path}").ResolveOne(Patience);
        found.Tell(message, _ear);
    }

    /// <summary>The next message of that type that comes; those of other types before it are passed over.</summary>
    public T Next<T>()
        where T : class, IFabricMessage
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var odd = _heard.Take(limit.Token);
            if (odd.Manifest == typeof(T).Name) return Assert.IsType<T>(_genuine.FromBinary(odd.Bytes, odd.Manifest));
        }
    }

    /// <summary>Waits until the peer's own actor system complains of something.</summary>
    public void Complains(params string[] words)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!words.All(_errors.Take(limit.Token).Contains))
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate().WaitAsync(Patience);
        _heard.Dispose();
        _errors.Dispose();
    }

    private static string AddressOf(string host) => $"akka.tcp://camera-fabric@{host}:4053";

    private sealed class Ear : ReceiveActor
    {
        public Ear(Action<OddMessage> hear) => Receive<OddMessage>(hear);
    }

    private sealed class ErrorEar : ReceiveActor
    {
        public ErrorEar(Action<string> hear) => Receive<Error>(error => hear($"{error} {error.Cause}"));
    }
}

using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Dispatch;

public sealed class DispatcherTests : ContractTest
{
    private const string Config = """
        sensor-dispatcher {
          type = ForkJoinDispatcher
          throughput = 1
          dedicated-thread-pool {
            thread-count = 1
            threadtype = background
          }
        }
        akka.actor.deployment {
          /deployed {
            dispatcher = sensor-dispatcher
          }
        }
        """;

    public DispatcherTests() : base(Config)
    {
    }

    [Fact]
    public void An_actor_on_a_dedicated_thread_pool_runs_on_a_thread_that_has_its_name()
    {
        var where = Where(ActorOf(Props.Create(() => new Located()).WithDispatcher("sensor-dispatcher")));
        Assert.StartsWith("sensor-dispatcher", where.Thread, StringComparison.Ordinal);
        Assert.False(where.Pooled);
        Assert.True(where.Background);
    }

    [Fact]
    public void Actors_on_a_dedicated_thread_pool_of_one_share_its_thread()
    {
        var props = Props.Create(() => new Located()).WithDispatcher("sensor-dispatcher");
        Assert.Equal(Where(ActorOf(props)).Id, Where(ActorOf(props)).Id);
    }

    [Fact]
    public void The_configuration_of_a_deployment_chooses_the_dispatcher()
    {
        var where = Where(ActorOf(Props.Create(() => new Located()), "deployed"));
        Assert.StartsWith("sensor-dispatcher", where.Thread, StringComparison.Ordinal);
    }

    [Fact]
    public void An_actor_without_a_dispatcher_of_its_own_does_not_run_there()
    {
        var where = Where(ActorOf(Props.Create(() => new Located())));
        Assert.DoesNotContain("sensor-dispatcher", where.Thread, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dispatcher_that_is_not_configured_is_an_error_when_the_actor_is_made()
    {
        var thrown = Assert.ThrowsAny<Exception>(() => ActorOf(Props.Create(() => new Located()).WithDispatcher("no-such-dispatcher")));
        Assert.Contains("no-such-dispatcher", thrown.ToString(), StringComparison.Ordinal);
    }

    private Location Where(IActorRef actor)
    {
        actor.Tell("where are you");
        return ExpectMsg<Location>();
    }

    private sealed record Location(string Thread, int Id, bool Pooled, bool Background);

    private sealed class Located : ReceiveActor
    {
        public Located() => ReceiveAny(_ =>
        {
            var thread = Thread.CurrentThread;
            Sender.Tell(new Location(thread.Name ?? "", thread.ManagedThreadId, thread.IsThreadPoolThread, thread.IsBackground));
        });
    }
}

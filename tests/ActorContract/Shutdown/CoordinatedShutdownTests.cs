using System.Collections.Concurrent;
using Akka;
using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Shutdown;

public sealed class CoordinatedShutdownTests : ContractTest
{
    private readonly ConcurrentQueue<string> _ran = new();

    public CoordinatedShutdownTests() : base("akka.coordinated-shutdown.phases.service-unbind.timeout = 50ms")
    {
    }

    [Fact]
    public async Task Phases_run_in_their_order_whatever_the_order_in_which_tasks_were_added()
    {
        Add(CoordinatedShutdown.PhaseBeforeActorSystemTerminate);
        Add(CoordinatedShutdown.PhaseServiceStop);
        Add(CoordinatedShutdown.PhaseBeforeServiceUnbind);
        Add(CoordinatedShutdown.PhaseClusterLeave);
        Add(CoordinatedShutdown.PhaseServiceRequestsDone);
        await Run();
        Assert.Equal(
            [
                CoordinatedShutdown.PhaseBeforeServiceUnbind, CoordinatedShutdown.PhaseServiceRequestsDone,
                CoordinatedShutdown.PhaseServiceStop, CoordinatedShutdown.PhaseClusterLeave,
                CoordinatedShutdown.PhaseBeforeActorSystemTerminate,
            ], _ran);
    }

    [Fact]
    public async Task The_last_phase_ends_the_actor_system()
    {
        await Run();
        await Sys.WhenTerminated.WaitAsync(Bound);
    }

    [Fact]
    public async Task Ending_the_actor_system_runs_the_phases()
    {
        Add(CoordinatedShutdown.PhaseServiceStop);
        await Sys.Terminate().WaitAsync(Bound);
        Assert.Equal([CoordinatedShutdown.PhaseServiceStop], _ran);
    }

    [Fact]
    public async Task A_task_that_fails_does_not_hold_up_the_later_phases()
    {
        Add(CoordinatedShutdown.PhaseServiceRequestsDone, () => throw new InvalidOperationException("broken"));
        Add(CoordinatedShutdown.PhaseServiceStop);
        await Run();
        Assert.Contains(CoordinatedShutdown.PhaseServiceStop, _ran);
    }

    [Fact]
    public async Task A_task_that_never_ends_holds_up_the_later_phases_only_for_the_time_of_its_phase()
    {
        Add(CoordinatedShutdown.PhaseServiceUnbind, () => new TaskCompletionSource<Done>().Task);
        Add(CoordinatedShutdown.PhaseServiceStop);
        await Run();
        Assert.Contains(CoordinatedShutdown.PhaseServiceStop, _ran);
    }

    [Fact]
    public async Task A_second_run_runs_nothing_twice()
    {
        Add(CoordinatedShutdown.PhaseServiceStop);
        await Run();
        await Run();
        Assert.Single(_ran);
    }

    private void Add(string phase, Func<Task<Done>>? task = null) =>
        CoordinatedShutdown.Get(Sys).AddTask(phase, phase, () =>
        {
            _ran.Enqueue(phase);
            return task?.Invoke() ?? Task.FromResult(Done.Instance);
        });

    private Task Run() => CoordinatedShutdown.Get(Sys).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance).WaitAsync(Bound);
}

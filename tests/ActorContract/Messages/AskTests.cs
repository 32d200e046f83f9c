using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Messages;

public sealed class AskTests : ContractTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Ask_gives_the_answer()
    {
        var echo = ActorOf(Props.Create(() => new Answering()));
        Assert.Equal("hello", await echo.Ask<string>("hello", Bound));
    }

    [Fact]
    public async Task Ask_fails_with_AskTimeoutException_when_nobody_answers() =>
        await Assert.ThrowsAsync<AskTimeoutException>(() => TestActor.Ask<string>("hello", Soon));

    [Fact]
    public async Task Ask_of_a_dead_actor_times_out_as_well()
    {
        var dead = ActorOf(Props.Create(() => new Answering()));
        Watch(dead);
        Sys.Stop(dead);
        await ExpectTerminatedAsync(dead);
        await Assert.ThrowsAsync<AskTimeoutException>(() => dead.Ask<string>("hello", Soon));
    }

    [Fact]
    public async Task Ask_fails_with_the_cause_of_a_Status_Failure()
    {
        var answering = ActorOf(Props.Create(() => new Answering()));
        var failure = new InvalidOperationException("no");
        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => answering.Ask<string>(new Status.Failure(failure), Bound));
        Assert.Contains(failure, (Exception?[])[thrown, thrown.InnerException]);
    }

    [Fact]
    public async Task Ask_fails_when_the_answer_is_of_another_class()
    {
        var answering = ActorOf(Props.Create(() => new Answering()));
        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => answering.Ask<string>(42, Bound));
        Assert.IsNotType<AskTimeoutException>(thrown);
    }

    [Fact]
    public async Task Ask_ends_when_it_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        var asked = TestActor.Ask<string>("hello", source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => asked.WaitAsync(Bound));
        Assert.True(asked.IsCompleted);
    }

    private sealed class Answering : ReceiveActor
    {
        public Answering() => ReceiveAny(m => Sender.Tell(m));
    }
}

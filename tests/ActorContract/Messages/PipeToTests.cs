using Akka.Actor;

namespace CameraFabric.ActorContract.Tests.Messages;

public sealed class PipeToTests : ContractTest
{
    private readonly TaskCompletionSource<int> _source = new();

    [Fact]
    public async Task The_result_of_a_task_becomes_a_message()
    {
        var piped = _source.Task.PipeTo(TestActor);
        Assert.False(HasMessages);
        _source.SetResult(42);
        Assert.Equal(42, await ExpectMsgAsync<int>());
        await piped;
    }

    [Fact]
    public async Task The_failure_of_a_task_becomes_a_Status_Failure()
    {
        var cause = new InvalidOperationException("broken");
        var piped = _source.Task.PipeTo(TestActor);
        _source.SetException(cause);
        var failure = await ExpectMsgAsync<Status.Failure>();
        Assert.Contains(cause, (Exception?[])[failure.Cause, failure.Cause.InnerException]);
        await piped;
    }

    [Fact]
    public async Task Result_and_failure_can_be_turned_into_messages_of_ones_own()
    {
        var piped = _source.Task.PipeTo(TestActor, success: i => $"got {i}", failure: e => $"failed: {e.GetType().Name}");
        _source.SetResult(42);
        Assert.Equal("got 42", await ExpectMsgAsync<string>());
        await piped;
        var failed = Task.FromException<int>(new InvalidOperationException()).PipeTo(TestActor, failure: _ => "failed");
        Assert.Equal("failed", await ExpectMsgAsync<string>());
        await failed;
    }

    [Fact]
    public async Task The_sender_can_be_given()
    {
        var probe = CreateTestProbe();
        var piped = _source.Task.PipeTo(TestActor, probe.Ref);
        _source.SetResult(42);
        await ExpectMsgAsync<int>();
        Assert.Equal(probe.Ref, LastSender);
        await piped;
    }
}

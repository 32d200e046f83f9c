namespace CameraFabric.ActorContract.Tests.Dispatch;

public sealed class EventStreamTests : ContractTest
{
    [Fact]
    public void A_subscriber_gets_the_events_of_a_class_and_of_those_derived_from_it()
    {
        Assert.True(Sys.EventStream.Subscribe(TestActor, typeof(CameraEvent)));
        Sys.EventStream.Publish(new Unrelated());
        Sys.EventStream.Publish(new CameraEvent("front"));
        Sys.EventStream.Publish(new CameraLost("rear"));
        ExpectMsg(new CameraEvent("front"));
        ExpectMsg(new CameraLost("rear"));
        NothingElseCame();
    }

    [Fact]
    public void A_subscriber_gets_the_events_that_implement_an_interface()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(ICounted));
        Sys.EventStream.Publish(new CameraLost("rear"));
        ExpectMsg(new CameraLost("rear"));
    }

    [Fact]
    public void A_second_subscription_changes_nothing()
    {
        Assert.True(Sys.EventStream.Subscribe(TestActor, typeof(CameraEvent)));
        Assert.False(Sys.EventStream.Subscribe(TestActor, typeof(CameraEvent)));
        Sys.EventStream.Publish(new CameraEvent("front"));
        ExpectMsg(new CameraEvent("front"));
        NothingElseCame();
    }

    [Fact]
    public void Nothing_comes_after_unsubscribe()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(CameraEvent));
        Assert.True(Sys.EventStream.Unsubscribe(TestActor, typeof(CameraEvent)));
        Sys.EventStream.Publish(new CameraEvent("front"));
        NothingElseCame();
    }

    private interface ICounted;

    private record CameraEvent(string Camera);

    private sealed record CameraLost(string Camera) : CameraEvent(Camera), ICounted;

    private sealed record Unrelated;
}

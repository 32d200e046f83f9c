using Akka.Actor;
using Akka.Util;

namespace Akka.TestKit;

/// <summary>A test actor with expectations of its own, which can stand wherever an <see cref="IActorRef"/> is wanted.</summary>
public class TestProbe : TestKitBase, INoImplicitSender, IActorRef
{
    internal TestProbe(ActorSystem system, string? name) : base(system, name)
    {
    }

    /// <summary>The actor of the probe.</summary>
    public IActorRef Ref => TestActor;

    /// <summary>Who sent the message taken last.</summary>
    public IActorRef Sender => LastSender;

    /// <inheritdoc />
    public ActorPath Path => TestActor.Path;

    /// <summary>Tells an actor something, with the probe as the sender.</summary>
    /// <param name="actor">Whom.</param>
    /// <param name="message">What.</param>
    public void Send(IActorRef actor, object message) => actor.Tell(message, TestActor);

    /// <summary>Tells an actor the message taken last, with its sender kept.</summary>
    /// <param name="actor">Whom.</param>
    public void Forward(IActorRef actor) => actor.Tell(LastMessage, Sender);

    /// <summary>Tells an actor something, as if it came from the sender of the message taken last.</summary>
    /// <param name="actor">Whom.</param>
    /// <param name="message">What.</param>
    public void Forward(IActorRef actor, object message) => actor.Tell(message, Sender);

    /// <summary>Answers the message taken last.</summary>
    /// <param name="message">The answer.</param>
    public void Reply(object message) => Sender.Tell(message, TestActor);

    /// <inheritdoc />
    void ICanTell.Tell(object message, IActorRef sender) => TestActor.Tell(message, sender);

    /// <inheritdoc />
    int IComparable<IActorRef>.CompareTo(IActorRef? other) => TestActor.CompareTo(other);

    /// <inheritdoc />
    int IComparable.CompareTo(object? obj) => TestActor.CompareTo(obj);

    /// <inheritdoc />
    bool IEquatable<IActorRef>.Equals(IActorRef? other) => TestActor.Equals(other);

    /// <inheritdoc />
    ISurrogate ISurrogated.ToSurrogate(ActorSystem system) => TestActor.ToSurrogate(system);

    /// <inheritdoc />
    public override bool Equals(object? obj) => TestActor.Equals(obj is TestProbe probe ? probe.TestActor : obj);

    /// <inheritdoc />
    public override int GetHashCode() => TestActor.GetHashCode();

    /// <inheritdoc />
    public override string ToString() => $"TestProbe({TestActor})";
}

using Akka.Actor;

namespace Akka.Remote;

/// <summary>Tells this actor system from another one that had or will have its address.</summary>
public sealed class AddressUidExtension : ExtensionIdProvider<AddressUid>
{
    /// <summary>The number of a system.</summary>
    /// <param name="system">The system.</param>
    /// <returns>Its number.</returns>
    public static int Uid(ActorSystem system) => system.WithExtension<AddressUid, AddressUidExtension>().Uid;

    /// <inheritdoc/>
    public override AddressUid CreateExtension(ExtendedActorSystem system) => new();
}

/// <summary>The number of an actor system.</summary>
public sealed class AddressUid : IExtension
{
    /// <summary>The number.</summary>
    public int Uid { get; } = Random.Shared.Next(1, int.MaxValue);
}

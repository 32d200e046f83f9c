using Akka.Actor;

namespace Akka.Remote;

/// <summary>Published to the event stream when another system has refused this one, because it gave it up for ever.</summary>
/// <param name="localAddress">This system.</param>
/// <param name="remoteAddress">The other.</param>
public sealed class ThisActorSystemQuarantinedEvent(Address localAddress, Address remoteAddress)
{
    /// <summary>This system.</summary>
    public Address LocalAddress { get; } = localAddress;

    /// <summary>The other.</summary>
    public Address RemoteAddress { get; } = remoteAddress;

    /// <inheritdoc/>
    public override string ToString() => $"The remote system {RemoteAddress} has quarantined this system {LocalAddress}.";
}

using Akka.Actor;

namespace Akka.Cluster;

/// <summary>One actor system: its address, and a number that tells it from others that had or will have that address.</summary>
/// <param name="address">The address.</param>
/// <param name="uid">The number.</param>
public sealed class UniqueAddress(Address address, int uid) : IComparable<UniqueAddress>, IEquatable<UniqueAddress>
{
    /// <summary>Its address.</summary>
    public Address Address { get; } = address;

    /// <summary>Its number.</summary>
    public int Uid { get; } = uid;

    /// <inheritdoc/>
    public int CompareTo(UniqueAddress? other)
    {
        if (other is null) return 1;
        var order = Member.AddressOrdering.Compare(Address, other.Address);
        return order != 0 ? order : Uid.CompareTo(other.Uid);
    }

    /// <inheritdoc/>
    public bool Equals(UniqueAddress? other) => other is not null && Uid == other.Uid && Address.Equals(other.Address);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UniqueAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => Uid;

    /// <inheritdoc/>
    public override string ToString() => $"UniqueAddress: ({Address}, {Uid})";
}

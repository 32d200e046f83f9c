using System.Collections.Immutable;
using Akka.Actor;

namespace Akka.Cluster;

/// <summary>A member of the cluster as it was at one moment. Equal to every other state of the same member.</summary>
public sealed class Member : IComparable<Member>, IComparable
{
    internal Member(UniqueAddress node, ImmutableHashSet<string> roles, MemberStatus status, int upNumber)
    {
        UniqueAddress = node;
        Roles = roles;
        Status = status;
        UpNumber = upNumber;
    }

    /// <summary>Orders addresses by host, then by port: in this order the first one leads.</summary>
    public static IComparer<Address> AddressOrdering { get; } = Comparer<Address>.Create(static (x, y) =>
    {
        var hosts = string.CompareOrdinal(x.Host, y.Host);
        return hosts != 0 ? hosts : Nullable.Compare(x.Port, y.Port);
    });

    /// <summary>Who it is.</summary>
    public UniqueAddress UniqueAddress { get; }

    /// <summary>Where it is.</summary>
    public Address Address => UniqueAddress.Address;

    /// <summary>How far it is.</summary>
    public MemberStatus Status { get; }

    /// <summary>What it is there for.</summary>
    public ImmutableHashSet<string> Roles { get; }

    /// <summary>Counts those that came up; the greatest number of all for one that is not up yet.</summary>
    public int UpNumber { get; }

    /// <summary>Whether it is there for something.</summary>
    /// <param name="role">What.</param>
    public bool HasRole(string role) => Roles.Contains(role);

    /// <summary>Whether it came up before another.</summary>
    /// <param name="other">The other.</param>
    public bool IsOlderThan(Member other) =>
        UpNumber != other.UpNumber ? UpNumber < other.UpNumber : AddressOrdering.Compare(Address, other.Address) < 0;

    /// <inheritdoc/>
    public int CompareTo(Member? other) => UniqueAddress.CompareTo(other?.UniqueAddress);

    /// <inheritdoc/>
    public int CompareTo(object? obj) => CompareTo(obj as Member);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Member other && UniqueAddress.Equals(other.UniqueAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => UniqueAddress.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() =>
        $"Member(address = {Address}, Uid={UniqueAddress.Uid} status = {Status}, role=[{string.Join(",", Roles)}])";

    internal Member With(MemberStatus status) => new(UniqueAddress, Roles, status, UpNumber);

    internal Member AsUp(int upNumber) => new(UniqueAddress, Roles, MemberStatus.Up, upNumber);
}

using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Fabric.Guests;

namespace CameraFabric.Fabric.Tests.Guests;

public sealed class SessionIdsTests
{
    [Fact]
    public void Numbers_of_different_nodes_are_different()
    {
        var nodes = Enumerable.Range(0, SessionIds.MaximumNodes).Select(static node => new SessionIds(node)).ToArray();

        var ids = nodes.SelectMany(static node => new[] { node.Next(), node.Next() }).ToArray();

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, static id => Assert.InRange(id, 1UL, CameraSessionOptions.MaximumSessionId));
        Assert.Equal(5UL, nodes[5].Next() >> 16);
    }

    [Fact]
    public void A_number_in_use_is_not_given_again()
    {
        var ids = new SessionIds(3);
        var kept = ids.Next();

        for (var i = 0; i < 70_000; i++)
        {
            var next = ids.Next();
            Assert.NotEqual(kept, next);
            Assert.Equal(3UL, next >> 16);
            ids.Release(next);
        }
    }

    [Fact]
    public void A_node_that_is_alone_has_all_numbers()
    {
        var ids = new SessionIds();

        Assert.Equal([1UL, 2UL, 3UL], new[] { ids.Next(), ids.Next(), ids.Next() });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(SessionIds.MaximumNodes)]
    public void A_node_beyond_the_limit_is_refused(int node) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SessionIds(node));
}

namespace CameraFabric.Platform.Tests.Sockets;

public sealed class DescriptorBagTests
{
    [Fact]
    public void Disposing_closes_what_nobody_took()
    {
        var name = OpenDescriptors.UniqueName();
        using var file = MemoryFile.Create(name, 4096);
        FileDescriptor taken;
        using (var bag = new DescriptorBag())
        {
            for (var i = 0; i < 3; i++) bag.Add(file.Descriptor.Duplicate());
            taken = bag.Take(1);
            Assert.Equal(2, bag.Count);
            Assert.Equal(4, OpenDescriptors.CountOf(name));
        }

        Assert.Equal(2, OpenDescriptors.CountOf(name));
        Assert.False(taken.IsClosed);
        taken.Dispose();
        Assert.Equal(1, OpenDescriptors.CountOf(name));
    }

    [Fact]
    public void Descriptors_are_taken_in_the_order_in_which_they_came()
    {
        using var file = MemoryFile.Create("order", 4096);
        using var bag = new DescriptorBag();
        var added = Enumerable.Range(0, 4).Select(_ => file.Descriptor.Duplicate()).ToArray();
        foreach (var descriptor in added) bag.Add(descriptor);
        Assert.Same(added[0], bag.Take());
        Assert.Same(added[2], bag.Take(1));
        Assert.Same(added[1], bag.Take());
        Assert.Same(added[3], bag.Take());
        foreach (var descriptor in added) descriptor.Dispose();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public void Taking_what_is_not_there_is_refused(int index)
    {
        using var bag = new DescriptorBag();
        Assert.Throws<ArgumentOutOfRangeException>(() => bag.Take(index));
    }

    [Fact]
    public void A_full_or_disposed_bag_refuses_and_closes_what_it_is_given()
    {
        var name = OpenDescriptors.UniqueName();
        using var file = MemoryFile.Create(name, 4096);
        var bag = new DescriptorBag();
        for (var i = 0; i < DescriptorBag.MaximumPerMessage; i++) bag.Add(file.Descriptor.Duplicate());
        Assert.Throws<InvalidOperationException>(() => bag.Add(file.Descriptor.Duplicate()));
        Assert.Equal(1 + DescriptorBag.MaximumPerMessage, OpenDescriptors.CountOf(name));
        bag.Clear();
        Assert.Equal(0, bag.Count);
        Assert.Equal(1, OpenDescriptors.CountOf(name));
        bag.Add(file.Descriptor.Duplicate());
        bag.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bag.Add(file.Descriptor.Duplicate()));
        Assert.Equal(1, OpenDescriptors.CountOf(name));
    }
}

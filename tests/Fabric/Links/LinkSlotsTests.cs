using CameraFabric.Fabric.Links;

namespace CameraFabric.Fabric.Tests.Links;

public sealed class LinkSlotsTests
{
    [Theory]
    [InlineData(0, 6)]
    [InlineData(1, 6)]
    [InlineData(3, 18)]
    [InlineData(21, 126)]
    [InlineData(1000, LinkSlots.Maximum)]
    public void Each_reading_node_has_slots_for_its_window_and_its_queue_up_to_a_limit_for_all(int readers, int slots) =>
        Assert.Equal(slots, LinkSlots.Of(readers, new LinkOptions()));
}

using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;

namespace CameraFabric.Guest.Tests.Camera;

/// <summary>What the driver believes of a pool that the device says it has mapped.</summary>
public sealed class InPlaceReplyTests
{
    private const int Frame = 1000;
    private const long Region = 1 << 20;
    private static readonly MapPoolReply Right = new(4096, 4 * 8192, 8192, 4, 4096, 3, 0);

    [Fact]
    public void A_pool_inside_its_region_is_believed()
    {
        var pool = PooledFrames.TryRead(Right, Region, Frame);
        Assert.NotNull(pool);
        Assert.Equal((4096, 8192, 4, 4096, 3), (pool.Offset, pool.SlotBytes, pool.Slots, pool.DataOffset, pool.MaximumLeases));
        Assert.NotNull(PooledFrames.TryRead(Right with { Offset = Region - (4 * 8192) }, Region, 4096));
    }

    [Fact]
    public void Numbers_that_do_not_fit_into_the_region_are_not_believed()
    {
        Assert.All(
            new[]
            {
                Right with { Offset = Region - (4 * 8192) + 1 }, Right with { Offset = ulong.MaxValue }, Right with { Length = ulong.MaxValue },
                Right with { Length = (4 * 8192) - 1 }, Right with { Slots = 5 }, Right with { Slots = 0 }, Right with { Slots = uint.MaxValue },
                Right with { SlotBytes = 0 }, Right with { SlotBytes = ulong.MaxValue }, Right with { SlotBytes = 1UL << 62 },
                Right with { DataOffset = 8192 - Frame + 1 }, Right with { DataOffset = uint.MaxValue },
                Right with { MaximumLeases = 0 }, Right with { MaximumLeases = 5000 },
            },
            wrong => Assert.Null(PooledFrames.TryRead(wrong, Region, Frame)));
    }
}

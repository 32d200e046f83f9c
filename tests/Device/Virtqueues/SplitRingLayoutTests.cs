using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CameraFabric.Device.Virtqueues;

namespace CameraFabric.Device.Tests.Virtqueues;

public sealed class SplitRingLayoutTests
{
    [Fact]
    public void A_descriptor_lies_as_the_specification_says()
    {
        Assert.Equal(16, Unsafe.SizeOf<Descriptor>());
        Span<byte> bytes = stackalloc byte[16];
        MemoryMarshal.Write(bytes, new Descriptor(0x0807060504030201, 0x0c0b0a09, (DescriptorFlags)0x0e0d, 0x100f));
        Assert.Equal(Enumerable.Range(1, 16).Select(i => (byte)i), bytes.ToArray());
    }

    [Theory]
    [InlineData(1, 16, 8, 14)]
    [InlineData(256, 4096, 518, 2054)]
    [InlineData(32768, 524288, 65542, 262150)]
    public void The_areas_have_the_sizes_of_the_specification(int size, int descriptors, int available, int used)
    {
        Assert.Equal(descriptors, SplitRingLayout.DescriptorAreaBytes(size));
        Assert.Equal(available, SplitRingLayout.AvailableAreaBytes(size, true));
        Assert.Equal(used, SplitRingLayout.UsedAreaBytes(size, true));
        Assert.Equal(available - 2, SplitRingLayout.AvailableAreaBytes(size, false));
        Assert.Equal(available - 2, SplitRingLayout.UsedEventOffset(size));
        Assert.Equal(used - 2, SplitRingLayout.AvailableEventOffset(size));
    }

    [Theory]
    [InlineData(0, 1, 0, true)]
    [InlineData(1, 1, 0, false)]
    [InlineData(0, 5, 1, false)]
    [InlineData(4, 5, 1, true)]
    [InlineData(65535, 0, 65535, true)]
    [InlineData(65535, 3, 65533, true)]
    [InlineData(2, 1, 65530, false)]
    public void An_index_is_passed_also_across_the_wrap(int wanted, int after, int before, bool passed) =>
        Assert.Equal(passed, SplitRingLayout.Passed((ushort)wanted, (ushort)after, (ushort)before));
}

using CameraFabric.Platform;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Tests.Frames;

public sealed class FrameMirrorTests
{
    private readonly List<(int Slot, uint Generation)> _released = [];

    [Fact]
    public void Frame_of_another_pool_is_read_where_it_lies_and_given_back_with_its_last_lease()
    {
        using var pool = new FramePool("home", 100, 2, isSealed: true);
        using var mirror = Mirror(pool);
        var frame = Publish(pool, 42);

        var mirrored = Take(mirror, frame)!;
        var lease = mirrored.Lease();
        Assert.True(mirrored.Pixels.SequenceEqual(frame.Pixels));
        Assert.Equal(frame.Header.Sequence, mirrored.Header.Sequence);
        Assert.Equal(frame.Applied.ToArray(), mirrored.Applied.ToArray());
        Assert.Equal((mirror.Id, frame.Handle.Slot, frame.Handle.Generation),
            (mirrored.Handle.Pool, mirrored.Handle.Slot, mirrored.Handle.Generation));
        Assert.Null(mirrored.Pool);

        mirrored.Return();
        Assert.Empty(_released);
        lease.Dispose();
        Assert.Equal([(frame.Handle.Slot, frame.Handle.Generation)], _released);
        Assert.Equal(0, mirror.Leased);
        frame.Return();
    }

    [Fact]
    public void Slot_that_is_still_read_cannot_be_taken_again_nor_one_that_is_not_there()
    {
        using var pool = new FramePool("home", 100, 2, isSealed: true);
        using var mirror = Mirror(pool);
        var frame = Publish(pool, 1);
        var mirrored = Take(mirror, frame)!;

        Assert.Null(Take(mirror, frame));
        Assert.Null(mirror.TryTake(2, 1, frame.Header, frame.Applied));
        Assert.Null(mirror.TryTake(-1, 1, frame.Header, frame.Applied));

        mirrored.Return();
        Take(mirror, frame)!.Return();
        frame.Return();
    }

    [Fact]
    public void What_a_header_counts_must_fit()
    {
        using var pool = new FramePool("home", 100, 2, isSealed: true);
        using var mirror = Mirror(pool);

        Assert.Throws<ArgumentException>(() => mirror.TryTake(0, 1, new FrameHeader { BytesUsed = 101 }, []));
        Assert.Throws<ArgumentException>(() => mirror.TryTake(0, 1, new FrameHeader { AppliedCount = 1 }, []));
        Assert.Throws<ArgumentException>(
            () => mirror.TryTake(0, 1, new FrameHeader { AppliedCount = 65 }, new ControlEntry[65]));
    }

    [Fact]
    public void Header_and_controls_stay_what_they_were_when_the_owner_writes_over_its_own()
    {
        using var pool = new FramePool("home", 100, 2, isSealed: true);
        using var mirror = Mirror(pool);
        var slot = pool.TryRent()!;
        slot.Header.BytesUsed = 10;
        slot.Header.AppliedCount = 1;
        slot.Applied[0] = new ControlEntry(5, ControlValue.From(6L));
        var frame = slot.Publish();
        var mirrored = Take(mirror, frame)!;

        slot.Header.BytesUsed = uint.MaxValue;
        slot.Header.AppliedCount = uint.MaxValue;
        slot.Applied[0] = default;

        Assert.Equal((10u, 1u), (mirrored.Header.BytesUsed, mirrored.Header.AppliedCount));
        Assert.Equal(new ControlEntry(5, ControlValue.From(6L)), Assert.Single(mirrored.Applied.ToArray()));
        Assert.Equal(10, mirrored.Pixels.Length);
        mirrored.Return();
        frame.Return();
    }

    [Fact]
    public void Nobody_who_has_the_file_of_a_sealed_pool_can_write_to_it()
    {
        using var pool = new FramePool("home", 100, 2, isSealed: true);
        using var theirs = MemoryFile.FromDescriptor(pool.File.Descriptor.Duplicate());

        Assert.True(pool.IsSealed);
        Assert.Throws<LinuxException>(() => theirs.Map(MapAccess.ReadWrite));
        Assert.Throws<UnauthorizedAccessException>(() => File.WriteAllBytes($"/proc/self/fd/{theirs.Descriptor.Number}", [1]));
        using var mapped = theirs.Map(MapAccess.ReadOnly);
        Assert.Throws<InvalidOperationException>(() => mapped.Write(0, 1));
    }

    [Theory]
    [InlineData(0, 2, 12_288, MemorySeals.Shrink)]
    [InlineData(100, 0, 12_288, MemorySeals.Shrink)]
    [InlineData(100, 1025, 12_288, MemorySeals.Shrink)]
    [InlineData(100, 3, 12_288, MemorySeals.Shrink)]
    [InlineData(100, 2, 12_287, MemorySeals.Shrink)]
    [InlineData(100, 2, 8192, MemorySeals.Shrink)]
    [InlineData(100, 2, -12_288, MemorySeals.Shrink)]
    [InlineData(100, 2, long.MaxValue - 4095, MemorySeals.Shrink)]
    [InlineData(int.MaxValue, 2, 12_288, MemorySeals.Shrink)]
    [InlineData(100, 2, 12_288, MemorySeals.None)]
    public void Memory_that_cannot_be_a_pool_is_refused(int frameBytes, int slots, long slotBytes, MemorySeals seals)
    {
        using var file = MemoryFile.Create("foreign", 2 * 12_288, seals);

        Assert.ThrowsAny<ArgumentException>(() => new FrameMirror(file, frameBytes, slots, slotBytes, static (_, _) => { }));
    }

    [Fact]
    public void Frame_outlives_the_mirror_and_the_pool()
    {
        Frame mirrored;
        using (var pool = new FramePool("home", 100, 2, isSealed: true))
        {
            var mirror = Mirror(pool);
            var frame = Publish(pool, 7);
            mirrored = Take(mirror, frame)!;
            frame.Return();
            mirror.Dispose();
        }

        Assert.Equal(7, mirrored.Pixels[0]);
        mirrored.Return();
        Assert.Single(_released);
        Assert.Throws<ObjectDisposedException>(() => mirrored.Pixels.Length);
    }

    private static Frame Publish(FramePool pool, byte value)
    {
        var slot = pool.TryRent()!;
        slot.Pixels.Fill(value);
        slot.Header.BytesUsed = (uint)pool.FrameBytes;
        slot.Header.Sequence = value;
        slot.Header.AppliedCount = 2;
        slot.Applied[1] = new ControlEntry(3, ControlValue.From(4L));
        return slot.Publish();
    }

    private static Frame? Take(FrameMirror mirror, Frame frame) =>
        mirror.TryTake(frame.Handle.Slot, frame.Handle.Generation, frame.Header, frame.Applied);

    private FrameMirror Mirror(FramePool pool) =>
        new(pool.File, pool.FrameBytes, pool.Slots, pool.SlotBytes, (slot, generation) => _released.Add((slot, generation)));
}

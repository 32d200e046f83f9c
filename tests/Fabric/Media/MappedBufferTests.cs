using CameraFabric.Device.Media.Wire;
using CameraFabric.Fabric.Tests.Integration;
using CameraFabric.Guest.Media;
using CameraFabric.Guest.Program;
using CameraFabric.Guest.Transport;

namespace CameraFabric.Fabric.Tests.Media;

/// <summary>Buffers of the device, seen by the guest through shared memory region 0.</summary>
public sealed class MappedBufferTests : MediaTest
{
    [Fact]
    public void A_frame_is_where_MMAP_said()
    {
        var buffers = Map(2);
        for (var i = 0; i < 2; i++) Assert.Equal(0, Session.QueueBuffer(i));
        Assert.Equal(0, Session.StreamOn());

        for (var i = 0u; i < 6; i++)
        {
            var buffer = Expose();
            Assert.Equal((i % 2, i, V4l2Memory.Mmap), (buffer.Index, buffer.Sequence, buffer.Memory));
            Assert.True(CanRead(buffers[buffer.Index].Address, buffer.BytesUsed), "nothing is mapped there");
            Assert.Equal(0, Session.QueueBuffer((int)buffer.Index));
        }
    }

    [Fact]
    public void Offsets_addresses_and_mappings_are_of_whole_pages()
    {
        var mapped = Map(4);

        Assert.All(mapped, mapping => Assert.Equal(0u, mapping.Address % 4096));
        Assert.Equal(4, mapped.Select(mapping => mapping.Address).Distinct().Count());
        foreach (var index in Enumerable.Range(0, 4)) Assert.Equal(0u, Query(index).Pointer % 4096);
        var pieces = Guest.Driver.Transport.SharedMemory!.Mappings;
        Assert.All(pieces, piece => Assert.Equal(0, (piece.Offset | piece.Length | piece.FileOffset) % 4096));
    }

    [Fact]
    public void The_length_is_that_of_QUERYBUF_and_is_all_there()
    {
        var mapped = Map(1)[0];

        Assert.Equal(Query(0).Length, mapped.Length);
        Assert.True(mapped.Length >= MediaVisitor.FormatOf(Session).SizeImage);
        Assert.True(CanRead(mapped.Address, (uint)mapped.Length));
    }

    [Fact]
    public void Mapping_a_buffer_again_gives_the_same_address_and_is_counted()
    {
        var first = Map(1)[0];
        Assert.Equal(0, Session.Map((uint)Query(0).Pointer, writable: true, out var second));
        Assert.Equal(first.Address, second.Address);

        Assert.Equal(0, Guest.Driver.Unmap(first.Address));
        Assert.True(CanRead(first.Address, 4096), "one mapping is left");
        Assert.Equal(0, Guest.Driver.Unmap(first.Address));
        Assert.Equal(Invalid, Guest.Driver.Unmap(first.Address));
    }

    [Fact]
    public void A_MUNMAP_too_many_is_EINVAL_and_harms_nothing()
    {
        var mapped = Map(2);
        Assert.Equal(0, Guest.Driver.Unmap(mapped[0].Address));
        for (var i = 0; i < 10; i++) Assert.Equal(Invalid, Guest.Driver.Unmap(mapped[0].Address));
        Assert.Equal(Invalid, Guest.Driver.Unmap(mapped[1].Address + 4096));

        Assert.True(CanRead(mapped[1].Address, 4096));
        Assert.Equal(0, Guest.Driver.Unmap(mapped[1].Address));
    }

    [Fact]
    public void A_mapping_outlives_its_session()
    {
        var mapped = Map(1)[0];
        Session.Close();

        Assert.True(CanRead(mapped.Address, 4096));
        Assert.Equal(0, Guest.Driver.Unmap(mapped.Address));
    }

    [Fact]
    public void An_offset_that_QUERYBUF_did_not_tell_is_EINVAL()
    {
        Map(1);
        foreach (var offset in (uint[])[1, 4095, uint.MaxValue, (uint)Query(0).Pointer + 1, (uint)Query(0).Pointer + 4096 * 1000])
            Assert.Equal(Invalid, Session.Map(offset, writable: false, out _));
    }

    [Fact]
    public void Buffers_can_be_allocated_freed_and_mapped_again_and_again()
    {
        for (var round = 0; round < 40; round++)
        {
            var mapped = Map(4);
            for (var i = 0; i < 4; i++) Assert.Equal(0, Session.QueueBuffer(i));
            Assert.Equal(0, Session.StreamOn());
            Assert.Equal(0u, Expose().Sequence);
            foreach (var mapping in mapped) Assert.Equal(0, Guest.Driver.Unmap(mapping.Address));
            Assert.Equal(0, Session.RequestBuffers(0, V4l2Memory.Mmap, out _));
            Guest.AwaitNoneWaiting();
        }
    }

    [Fact]
    public async Task A_guest_without_shared_memory_gets_EINVAL_for_MMAP_and_user_buffers_all_the_same()
    {
        await ConnectAsync(new MediaDriverOptions { Transport = new VirtioTransportOptions() });

        Assert.Equal(Invalid, Session.RequestBuffers(2, V4l2Memory.Mmap, out _));
        Assert.NotEqual(0, Session.Map(0, true, out _));
        Guest.Stream(Session);
        Assert.Equal(0u, Expose().Sequence);
    }

    [Fact]
    public async Task A_guest_streams_from_mapped_buffers_and_finds_nothing_wrong()
    {
        await using var fabric = RunningFabric.Start([RunningFabric.Camera("front")], [MediaVisitor.Guest("one", "front")]);
        var options = fabric.Options("one", "front", frames: 60) with { Face = VirtioFace.Media, Buffers = MediaBuffers.Mapped };

        var report = await fabric.RunAsync(options);
        await fabric.StopAsync();

        Assert.True(report.Good, report.ToJson() + fabric.Loggers);
        Assert.Equal((60, 60), (report.Frames.Delivered, report.Verification.Stamps));
    }

    private MediaMmapResponse[] Map(int count)
    {
        Assert.Equal(0, Session.RequestBuffers(count, V4l2Memory.Mmap, out var granted));
        Assert.Equal(count, granted);
        var mapped = new MediaMmapResponse[count];
        for (var i = 0; i < count; i++) Assert.Equal(0, Session.Map((uint)Query(i).Pointer, writable: true, out mapped[i]));
        return mapped;
    }

    private V4l2Buffer Query(int index)
    {
        var buffer = new V4l2Buffer { Index = (uint)index, Type = V4l2BufferType.VideoCapture };
        Assert.Equal(0, Session.QueryBuffer(ref buffer));
        return buffer;
    }

    private bool CanRead(ulong address, uint bytes) =>
        Guest.Driver.Transport.SharedMemory!.TryRead((long)address, (int)bytes, static (_, _) => { }, 0);
}

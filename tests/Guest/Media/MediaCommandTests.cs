using CameraFabric.Device.Media.Wire;
using CameraFabric.Guest.Media;
using CameraFabric.Guest.Transport;

namespace CameraFabric.Guest.Tests.Media;

/// <summary>The driver's chains are those of the published Linux driver, and its checks find what they are for.</summary>
public sealed class MediaCommandTests
{
    [Fact]
    public void A_payload_that_goes_both_ways_is_the_same_guest_memory_twice()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Open();
        var format = new V4l2Format { Type = V4l2BufferType.VideoCapture };

        Assert.Equal(0, session.Ioctl(MediaIoctl.GetFormat, ref format));

        var seen = bench.Device.Command(1);
        Assert.Equal([MediaIoctlCommand.Bytes, V4l2Format.Bytes], seen.Readable.Select(part => part.Length));
        Assert.Equal([MediaResponseHeader.Bytes, V4l2Format.Bytes], seen.Writable.Select(part => part.Length));
        Assert.Equal(seen.Readable[1].Offset, seen.Writable[1].Offset);
    }

    [Fact]
    public void One_part_may_lie_in_several_descriptors_cut_anywhere()
    {
        using var bench = MediaBench.Connect(MediaBench.Options with { DescriptorBytes = 7 });
        var session = bench.Open();
        var sizes = new V4l2FrameSizes { Index = 3, PixelFormat = 0x12345678 };

        Assert.Equal(0, session.Ioctl(MediaIoctl.EnumerateFrameSizes, ref sizes));

        var seen = bench.Device.Command(1);
        Assert.Equal(3 + 7, seen.Readable.Length);
        Assert.Equal(sizes, seen.Payload<V4l2FrameSizes>());
    }

    [Fact]
    public void Pages_of_a_user_buffer_are_for_the_device_to_read_alone()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Open();
        using var memory = new UserBuffer(bench.Driver.Ram, 3 * 4096 + 5, 4096);

        Assert.Equal(0, session.QueueBuffer(2, memory));

        var seen = bench.Device.Command(1);
        Assert.Equal([16, V4l2Buffer.Bytes, 4 * MediaSgEntry.Bytes], seen.Readable.Select(part => part.Length));
        Assert.Equal([8, V4l2Buffer.Bytes], seen.Writable.Select(part => part.Length));
        Assert.Equal((2u, 3u * 4096 + 5), (seen.Payload<V4l2Buffer>().Index, seen.Payload<V4l2Buffer>().Length));
        var pages = memory.Pages;
        for (var i = 1; i < pages.Length; i++) Assert.NotEqual(pages[i - 1].Start + pages[i - 1].Length, pages[i].Start);
    }

    [Fact]
    public void More_buffers_than_a_Linux_driver_has_room_for_are_a_violation()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Open();
        var create = new V4l2CreateBuffers { Index = uint.MaxValue, Count = 1 };

        Assert.NotEqual(0, session.RequestBuffers(int.MinValue, V4l2Memory.UserPointer, out _));
        Assert.Contains("REQBUFS gave 2147483648 buffers", bench.NextViolation(), StringComparison.Ordinal);
        Assert.NotEqual(0, session.CreateBuffers(ref create));
        Assert.Contains("CREATE_BUFS gave 4294967296 buffers", bench.NextViolation(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_buffer_reads_as_one_piece()
    {
        using var bench = MediaBench.Connect();
        using var memory = new UserBuffer(bench.Driver.Ram, 2 * 4096 + 100, 4096);
        var written = new byte[2 * 4096 + 100];
        Random.Shared.NextBytes(written);
        var at = 0;
        foreach (var page in memory.Pages)
        {
            written.AsSpan(at, (int)page.Length).CopyTo(bench.Driver.Ram.Write(page.Start, (int)page.Length));
            at += (int)page.Length;
        }

        var read = new byte[written.Length];
        memory.CopyTo(read);

        Assert.Equal(written, read);
    }

    [Fact]
    public void Close_has_nothing_to_write_and_comes_back_all_the_same()
    {
        using var bench = MediaBench.Connect();

        bench.Open().Close();

        Assert.Equal([MediaCloseCommand.Bytes], bench.Device.Command(1).Readable.Select(part => part.Length));
        Assert.Empty(bench.Device.Command(1).Writable);
        Assert.Empty(bench.Violations);
    }

    [Fact]
    public void An_errno_is_an_answer()
    {
        using var bench = MediaBench.Connect();
        bench.Device.Status = 16;

        Assert.Equal(16, bench.Driver.Open(out _));

        Assert.Empty(bench.Violations);
    }

    [Fact]
    public void A_status_that_is_no_errno_ends_the_connection()
    {
        using var bench = MediaBench.Connect();
        bench.Device.Status = unchecked((uint)-22);

        Assert.Throws<MediaDriverException>(() => bench.Driver.Open(out _));

        Assert.Contains("no errno", bench.NextViolation(), StringComparison.Ordinal);
        Assert.NotNull(bench.Driver.Failure);
    }

    [Fact]
    public void An_answer_that_is_too_short_for_a_Linux_driver_ends_the_connection()
    {
        using var bench = MediaBench.Connect();
        var session = bench.Open();
        bench.Device.Short = 1;

        Assert.Throws<MediaDriverException>(() => session.RequestBuffers(1, V4l2Memory.UserPointer, out _));

        Assert.Contains("an answer of 27 bytes", bench.NextViolation(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_that_is_not_answered_in_time_ends_the_connection()
    {
        using var bench = MediaBench.Connect(MediaBench.Options with { CommandTimeout = TimeSpan.FromMilliseconds(20) });
        bench.Device.IsSilent = true;

        Assert.Throws<MediaDriverException>(() => bench.Driver.Open(out _));

        Assert.Contains("no answer within", bench.NextViolation(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SetUpStage.RingsMade, 16)]
    [InlineData(SetUpStage.RingsEnabled, 0)]
    public void Sixteen_event_buffers_are_posted_before_the_driver_is_ready(SetUpStage stage, int atStart)
    {
        using var bench = MediaBench.Connect(MediaBench.Options with { PostEventsAt = stage });

        Assert.Equal(atStart, bench.Device.EventBuffersAtStart);
        Assert.True(SpinWait.SpinUntil(() => bench.Device.EventBuffers == 16, MediaBench.Patience));
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Sensors.Tests.Frames;

public sealed class FrameHeaderTests
{
    [Theory]
    [InlineData(nameof(FrameHeader.Magic), 0)]
    [InlineData(nameof(FrameHeader.Version), 4)]
    [InlineData(nameof(FrameHeader.Sequence), 8)]
    [InlineData(nameof(FrameHeader.StartOfExposure), 16)]
    [InlineData(nameof(FrameHeader.Complete), 24)]
    [InlineData(nameof(FrameHeader.ControlSet), 32)]
    [InlineData(nameof(FrameHeader.FourCC), 40)]
    [InlineData(nameof(FrameHeader.Width), 44)]
    [InlineData(nameof(FrameHeader.Height), 48)]
    [InlineData(nameof(FrameHeader.BytesUsed), 52)]
    [InlineData(nameof(FrameHeader.Checksum), 56)]
    [InlineData(nameof(FrameHeader.Flags), 60)]
    [InlineData(nameof(FrameHeader.ConfigurationGeneration), 64)]
    [InlineData(nameof(FrameHeader.AppliedCount), 68)]
    [InlineData(nameof(FrameHeader.DroppedBefore), 72)]
    [InlineData(nameof(FrameHeader.Epoch), 76)]
    public void Field_lies_where_other_processes_look_for_it(string field, int offset) =>
        Assert.Equal(offset, (int)Marshal.OffsetOf<FrameHeader>(field));

    [Fact]
    public void Header_and_applied_controls_fit_before_the_pixels()
    {
        Assert.Equal(128, Unsafe.SizeOf<FrameHeader>());
        Assert.Equal(80, Unsafe.SizeOf<ControlEntry>());
        Assert.Equal(72, Unsafe.SizeOf<ControlValue>());
        Assert.True(FrameHeader.AppliedOffset + FrameHeader.MaximumApplied * ControlEntry.Bytes <= FrameHeader.PixelOffset);
    }

    [Fact]
    public void Magic_reads_as_text_in_memory()
    {
        var magic = FrameHeader.ExpectedMagic;
        Assert.Equal("CFRM"u8, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in magic)));
    }
}

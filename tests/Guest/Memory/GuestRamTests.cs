using CameraFabric.Guest.Memory;
using CameraFabric.Platform;

namespace CameraFabric.Guest.Tests.Memory;

public sealed class GuestRamTests
{
    [Fact]
    public void The_three_addresses_of_a_byte_differ()
    {
        using var ram = GuestRam.Create(1 << 20);
        var page = ram.Allocate(10);
        Assert.NotEqual(ram.GuestAddress, ram.FrontendAddress);
        Assert.NotEqual(0, ram.MappingOffset);
        Assert.Equal(page - ram.GuestAddress + ram.FrontendAddress, ram.ToFrontend(page));
    }

    [Fact]
    public void The_file_holds_what_is_written_at_the_mapping_offset_and_cannot_shrink()
    {
        using var ram = GuestRam.Create(64 * 1024);
        var page = ram.Allocate(4);
        ram.Write(page, 4)[3] = 0x5A;
        using var other = MappedMemory.Map(ram.File.Descriptor, ram.MappingOffset, ram.Size, MapAccess.ReadOnly);
        Assert.Equal(0x5A, other.Read((long)(page - ram.GuestAddress), 4)[3]);
        Assert.True(ram.File.Seals.HasFlag(MemorySeals.Shrink));
    }

    [Fact]
    public void An_allocation_is_zero_even_when_its_pages_were_used_before()
    {
        using var ram = GuestRam.Create(8 * GuestRam.PageBytes);
        var first = ram.Allocate(ram.Size);
        ram.Write(first, (int)ram.Size).Fill(0xFF);
        ram.Release(first);
        var again = ram.Allocate(ram.Size);
        Assert.Equal(-1, ram.Read(again, (int)ram.Size).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Accesses_outside_are_refused()
    {
        using var ram = GuestRam.Create(GuestRam.PageBytes);
        var end = ram.GuestAddress + (ulong)ram.Size;
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = ram.Read(end, 1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = ram.Read(end - 1, 2); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = ram.Write(ram.GuestAddress - 1, 1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = ram.Write(ram.GuestAddress, -1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => ram.ToFrontend(ulong.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => ram.ReadUInt16(end));
        Assert.Equal(0, ram.Read(end, 0).Length);
    }

    [Fact]
    public void Memory_that_is_not_there_is_refused_with_what_was_free()
    {
        using var ram = GuestRam.Create(4 * GuestRam.PageBytes);
        ram.Allocate(1);
        var error = Assert.Throws<InsufficientMemoryException>(() => ram.Allocate(ram.Size));
        Assert.Contains("3 of 4 pages", error.Message);
        Assert.Equal(3 * GuestRam.PageBytes, ram.Free);
    }

    [Theory]
    [InlineData(0x1001, 0x2000, 0x1000)]
    [InlineData(0x1000, 0x2001, 0x1000)]
    [InlineData(0x1000, 0x2000, 0x800)]
    [InlineData(0x1000, 0x2000, -0x1000)]
    [InlineData(0xFFFF_FFFF_FFFF_F000, 0x2000, 0)]
    public void Addresses_that_no_page_table_could_hold_are_refused(ulong guest, ulong frontend, long offset)
    {
        var options = new GuestRamOptions { GuestAddress = guest, FrontendAddress = frontend, MappingOffset = offset };
        Assert.Throws<ArgumentException>(() => GuestRam.Create(2 * GuestRam.PageBytes, options));
    }
}

namespace CameraFabric.Platform.Tests.Memory;

public sealed class MemoryFileTests
{
    [Fact]
    public void A_new_file_is_zero_and_its_size_is_sealed()
    {
        using var file = MemoryFile.Create("new", 10_000);
        Assert.Equal(10_000, file.Size);
        Assert.Equal(MemorySeals.Seal | MemorySeals.Shrink | MemorySeals.Grow, file.Seals);
        using var map = file.Map(MapAccess.ReadOnly);
        Assert.Equal(10_000, map.Length);
        Assert.Equal(-1, map.Read(0, 10_000).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_sealed_size_cannot_be_changed_by_whoever_holds_the_descriptor()
    {
        using var file = MemoryFile.Create("fixed", 4096);
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(file.Descriptor.Number, false);
        Assert.ThrowsAny<Exception>(() => RandomAccess.SetLength(handle, 0));
        Assert.ThrowsAny<Exception>(() => RandomAccess.SetLength(handle, 8192));
        Assert.Equal(4096, RandomAccess.GetLength(handle));
    }

    [Fact]
    public void Seals_are_added_one_by_one_unless_sealing_is_sealed()
    {
        using var file = MemoryFile.Create("step", 4096, MemorySeals.None);
        Assert.Equal(MemorySeals.None, file.Seals);
        file.AddSeals(MemorySeals.Shrink);
        file.AddSeals(MemorySeals.Write);
        Assert.Equal(MemorySeals.Shrink | MemorySeals.Write, file.Seals);
        Assert.Contains(
            "EPERM", Assert.Throws<LinuxException>(() => file.Map(MapAccess.ReadWrite)).Message, StringComparison.Ordinal);
        file.AddSeals(MemorySeals.Seal);
        Assert.Contains("EPERM", Assert.Throws<LinuxException>(() => file.AddSeals(MemorySeals.Grow)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_mapped_for_writing_cannot_be_sealed_against_it()
    {
        using var file = MemoryFile.Create("busy", 4096, MemorySeals.None);
        using (file.Map(MapAccess.ReadWrite))
        {
            var refused = Assert.Throws<LinuxException>(() => file.AddSeals(MemorySeals.Write));
            Assert.Contains("EBUSY", refused.Message, StringComparison.Ordinal);
        }

        file.AddSeals(MemorySeals.Write);
        Assert.Equal(MemorySeals.Write, file.Seals);
    }

    [Fact]
    public void A_file_taken_over_has_the_size_and_seals_of_its_maker()
    {
        var name = OpenDescriptors.UniqueName();
        using (var made = MemoryFile.Create(name, 12_345, MemorySeals.Shrink))
        using (var taken = MemoryFile.FromDescriptor(made.Descriptor.Duplicate()))
        {
            Assert.Equal(12_345, taken.Size);
            Assert.Equal(MemorySeals.Shrink, taken.Seals);
            using var write = made.Map(MapAccess.ReadWrite);
            using var read = taken.Map(MapAccess.ReadOnly);
            write.Write(12_344, 1)[0] = 77;
            Assert.Equal(77, read.Read(12_344, 1)[0]);
        }

        Assert.Equal(0, OpenDescriptors.CountOf(name));
    }

    [Fact]
    public void A_file_on_a_disk_knows_no_seals()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("plain"), new byte[5000]);
        using var handle = File.OpenHandle(folder.File("plain"));
        using var borrowed = new FileDescriptor((int)handle.DangerousGetHandle(), ownsHandle: false);
        using var file = MemoryFile.FromDescriptor(borrowed.Duplicate());
        Assert.Equal(5000, file.Size);
        Assert.Equal(MemorySeals.None, file.Seals);
    }

    [Fact]
    public void Impossible_files_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryFile.Create("none", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryFile.Create("less", -1));
        Assert.Throws<ArgumentException>(() => MemoryFile.Create(new string('n', 250), 4096));
        Assert.Throws<ArgumentException>(() => MemoryFile.Create("zero\0inside", 4096));
    }

    [Fact]
    public void A_mapping_outlives_the_descriptor()
    {
        var file = MemoryFile.Create("short-lived", 4096);
        using var map = file.Map(MapAccess.ReadWrite);
        file.Dispose();
        map.Write(0, 1)[0] = 5;
        Assert.Equal(5, map.Read(0, 1)[0]);
    }
}

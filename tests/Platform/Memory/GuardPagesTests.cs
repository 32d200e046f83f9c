using System.Globalization;

namespace CameraFabric.Platform.Tests.Memory;

public sealed class GuardPagesTests
{
    [Theory]
    [InlineData(0, 4096)]
    [InlineData(100, 10000)]
    public void A_fenced_mapping_lies_between_pages_that_nobody_can_touch_and_takes_them_along(long offset, long length)
    {
        var name = $"fenced-{Guid.NewGuid():N}";
        using var file = MemoryFile.Create(name, 1 << 16);
        var memory = MappedMemory.Map(file.Descriptor, offset, length, MapAccess.ReadWrite, fenced: true);
        memory.Write(0, (int)length).Fill(7);
        var (before, mapping, after) = Neighbours(name);
        Assert.Equal((mapping.Start, "---p", "---p"), (before.End, before.Rights, after.Rights));
        Assert.Equal(mapping.End, after.Start);
        Assert.True(mapping.End - mapping.Start >= (ulong)length);
        memory.Dispose();
        Assert.DoesNotContain(Lines(), line => line.Contains(name, StringComparison.Ordinal));
    }

    private static (Area Before, Area Mapping, Area After) Neighbours(string name)
    {
        var lines = Lines();
        var at = Array.FindIndex(lines, line => line.Contains(name, StringComparison.Ordinal));
        return (Area.Of(lines[at - 1]), Area.Of(lines[at]), Area.Of(lines[at + 1]));
    }

    private static string[] Lines() => File.ReadAllLines("/proc/self/maps");

    private sealed record Area(ulong Start, ulong End, string Rights)
    {
        public static Area Of(string line)
        {
            var words = line.Split(' ');
            var ends = words[0].Split('-');
            return new Area(ulong.Parse(ends[0], NumberStyles.HexNumber, null), ulong.Parse(ends[1], NumberStyles.HexNumber, null),
                words[1]);
        }
    }
}

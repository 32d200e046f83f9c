namespace CameraFabric.Fuzz.Messages;

/// <summary>What the process has open and mapped, asked of the kernel.</summary>
internal sealed class ProcessResources
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _usual;
    private List<string> _open;
    private readonly int _mapped;

    /// <summary>Takes what there is now for what there shall be after each execution.</summary>
    public ProcessResources()
    {
        _usual = CountOpen();
        _open = Open();
        _mapped = CountMapped();
    }

    /// <summary>What is left over, in words; empty if nothing is.</summary>
    public string Leftover()
    {
        var mapped = CountMapped();
        if (mapped != _mapped) return $"{_mapped} mappings of guest memory were there before, {mapped} are after";
        var count = CountOpen();
        if (count == _usual) return "";

        // The runtime opens an assembly whenever it first needs it: that is none of the device's.
        var open = Open();
        if (open.Count != _open.Count)
        {
            return $"{_open.Count} descriptors were open before, {open.Count} are after: {string.Join(" ", open.Except(_open))}";
        }

        (_usual, _open) = (count, open);
        return "";
    }

    private static int CountOpen() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    private static List<string> Open()
    {
        var open = new List<string>();
        foreach (var entry in new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is { } target && (target.StartsWith("/memfd:fuzzed-", StringComparison.Ordinal)
                || target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("pipe:", StringComparison.Ordinal)
                || target.StartsWith("anon_inode:", StringComparison.Ordinal) || target == "/dev/null"))
            {
                open.Add(target);
            }
        }

        return open;
    }

    // Mappings of the files that guests of this program bring.
    private int CountMapped()
    {
        var mapped = 0;
        using var maps = File.OpenHandle("/proc/self/maps");
        var marker = "memfd:fuzzed-"u8;
        var offset = 0L;
        for (int kept = 0, read; (read = RandomAccess.Read(maps, _buffer.AsSpan(kept), offset)) > 0; offset += read)
        {
            var rest = _buffer.AsSpan(0, kept + read);
            for (int at; (at = rest.IndexOf(marker)) >= 0; rest = rest[(at + marker.Length)..]) mapped++;

            // A marker that is cut by the end of the buffer is found with the next piece.
            kept = Math.Min(rest.Length, marker.Length - 1);
            rest[^kept..].CopyTo(_buffer);
        }

        return mapped;
    }
}

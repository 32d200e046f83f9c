using System.Text;

namespace CameraFabric.Fuzz.Messages;

/// <summary>What the process has open and mapped, asked of the kernel.</summary>
/// <param name="name">How the names of the memory files begin whose mappings count.</param>
internal sealed class ProcessResources(string name)
{
    private readonly byte[] _marker = Encoding.UTF8.GetBytes($"/memfd:{name}");
    private readonly byte[] _buffer = new byte[1 << 16];

    public static int Descriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    public int Mappings()
    {
        var mapped = 0;
        using var maps = File.OpenHandle("/proc/self/maps");
        var offset = 0L;
        for (int kept = 0, read; (read = RandomAccess.Read(maps, _buffer.AsSpan(kept), offset)) > 0; offset += read)
        {
            var rest = _buffer.AsSpan(0, kept + read);
            for (int at; (at = rest.IndexOf(_marker)) >= 0; rest = rest[(at + _marker.Length)..]) mapped++;

            // A marker that is cut by the end of the buffer is found with the next piece.
            kept = Math.Min(rest.Length, _marker.Length - 1);
            rest[^kept..].CopyTo(_buffer);
        }

        return mapped;
    }
}

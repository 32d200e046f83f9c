using System.Globalization;

namespace CameraFabric.Hosting.Soak;

/// <summary>What a process holds at one moment, as the kernel counts it.</summary>
/// <param name="Descriptors">Open descriptors, without those of program files: the runtime opens an assembly when its first code runs.</param>
/// <param name="Mappings">Mappings of memory files.</param>
/// <param name="Threads">Threads.</param>
/// <param name="AnonymousMegabytes">Resident memory of its own: heaps, stacks, code; MiB.</param>
/// <param name="SharedMegabytes">Resident shared memory: frame pools, guests' memory as far as it was touched; MiB.</param>
public sealed record ProcessFootprint(int Descriptors, int Mappings, int Threads, double AnonymousMegabytes, double SharedMegabytes)
{
    /// <summary>Reads it.</summary>
    /// <param name="process">The process's id.</param>
    /// <exception cref="IOException">There is no such process (any more).</exception>
    internal static ProcessFootprint Of(int process)
    {
        var status = File.ReadLines($"/proc/{process}/status").Select(line => line.Split(':', 2)).ToDictionary(parts => parts[0], parts => parts[1].Trim());
        return new ProcessFootprint(
            Directory.GetFiles($"/proc/{process}/fd").Count(fd => !IsProgram(fd)),
            File.ReadLines($"/proc/{process}/maps").Count(line => line.Contains("/memfd:", StringComparison.Ordinal) && !line.Contains("doublemapper", StringComparison.Ordinal)),
            int.Parse(status["Threads"], CultureInfo.InvariantCulture), Megabytes("RssAnon"), Megabytes("RssShmem"));

        static bool IsProgram(string fd) => Path.GetExtension(new FileInfo(fd).LinkTarget) is ".dll" or ".pdb" or ".so";

        double Megabytes(string name) => long.Parse(status[name].Split(' ')[0], CultureInfo.InvariantCulture) / 1024.0;
    }
}

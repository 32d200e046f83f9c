using System.Globalization;

namespace CameraFabric.Bench;

/// <summary>The processor time of one thread of this process, as the scheduler counts it.</summary>
internal sealed class ThreadTime
{
    private readonly string _path;

    private ThreadTime(string path) => _path = path;

    /// <summary>Nanoseconds on a processor since the thread's start.</summary>
    public long Nanoseconds => long.Parse(File.ReadAllText(_path).Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>The newest thread with a name, once it is there.</summary>
    public static ThreadTime Of(string name)
    {
        var found = Directory.EnumerateDirectories("/proc/self/task")
            .Where(task => File.ReadAllText(Path.Combine(task, "comm")).TrimEnd() == name)
            .OrderBy(static task => int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture))
            .LastOrDefault() ?? throw new InvalidOperationException($"there is no thread {name}");
        return new ThreadTime(Path.Combine(found, "schedstat"));
    }
}

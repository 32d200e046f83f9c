using System.Text;

namespace CameraFabric.Sensors.Profiles;

public sealed partial record CameraProfile
{
    /// <summary>The largest profile that is read, bytes; calibration data is the only long part.</summary>
    public const int MaximumFileBytes = 16 * 1024 * 1024;

    /// <summary>Everything that is wrong, each as "path: what, and what would be right". Empty for a profile that can be used.</summary>
    public IReadOnlyList<string> Validate() => [.. new ProfileValidator(this).Run().Select(problem => problem.ToString())];

    /// <summary>The profile as readable JSON, as <see cref="Parse"/> reads it.</summary>
    public string ToJson() => Encoding.UTF8.GetString(ProfileWriter.Write(this));

    /// <summary>Writes the profile as readable JSON. A file that is there is replaced only when the new one is complete.</summary>
    /// <exception cref="InvalidOperationException">The profile is not valid; the message has all of <see cref="Validate"/>.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var problems = Validate();
        if (problems.Count > 0)
            throw new InvalidOperationException($"The profile of camera '{Name}' is not valid:\n{string.Join('\n', problems)}");
        var unfinished = path + ".new";
        File.WriteAllBytes(unfinished, ProfileWriter.Write(this));
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, or people did; comments and trailing commas are allowed.</summary>
    /// <exception cref="FormatException">One line for each error: file(line,column): what, and what would be right.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CameraProfile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = File.OpenRead(path);
        if (file.Length > MaximumFileBytes)
            throw new FormatException($"{path}(1,1): the file has {file.Length} bytes; a profile has at most {MaximumFileBytes}.");
        var json = new byte[file.Length];
        file.ReadExactly(json);
        return Parse(json, path);
    }

    /// <summary>As <see cref="Load"/>, from bytes in memory.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="source">What errors call the text, instead of a file.</param>
    /// <exception cref="FormatException">One line for each error: source(line,column): what, and what would be right.</exception>
    public static CameraProfile Parse(ReadOnlySpan<byte> json, string source) => ProfileReader.Read(json, source);
}

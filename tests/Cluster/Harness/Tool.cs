using System.Diagnostics;

namespace CameraFabric.Cluster.Tests.Harness;

/// <summary>A program of the system that a test needs to have worked.</summary>
internal static class Tool
{
    /// <summary>Runs it to its end.</summary>
    public static void Run(params IEnumerable<string> words) => Feed("", words);

    /// <summary>Runs it with a text as its input.</summary>
    public static void Feed(string input, IEnumerable<string> words)
    {
        var (code, said) = End(input, words);
        if (code != 0) throw new InvalidOperationException($"`{string.Join(' ', words)}` ended with {code}: {said}");
    }

    /// <summary>Whether it is there and ends well.</summary>
    public static bool Succeeds(params IEnumerable<string> words) => Read(words) is not null;

    /// <summary>Runs it to its end and returns what it wrote; null when it is not there or fails.</summary>
    public static string? Read(params IEnumerable<string> words)
    {
        try
        {
            return End("", words) is (0, var said) ? said : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static (int Code, string Said) End(string input, IEnumerable<string> words)
    {
        string[] all = [.. words];
        using var process = Process.Start(new ProcessStartInfo(all[0], all[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var said = process.StandardError.ReadToEnd() + output.Result;
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}

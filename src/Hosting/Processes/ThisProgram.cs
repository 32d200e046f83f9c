using System.Diagnostics;

namespace CameraFabric.Hosting.Processes;

/// <summary>How this program starts itself again as another process, and what it then does to it.</summary>
internal static class ThisProgram
{
    /// <summary>This program with a command; its input and output are kept by us, and its errors unless they go where ours do.</summary>
    public static ProcessStartInfo With(IEnumerable<string> words, bool keepErrors = true)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = keepErrors, RedirectStandardInput = true };
        // Under the dotnet host the program is its first argument.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(ThisProgram).Assembly.Location);
        foreach (var word in words) start.ArgumentList.Add(word);
        return start;
    }

    /// <summary>Sends a signal that .NET cannot: <c>STOP</c>, <c>CONT</c>, <c>TERM</c>.</summary>
    public static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }
}

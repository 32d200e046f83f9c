using System.Diagnostics;

namespace CameraFabric.Hosting.Trials;

/// <summary>How a trial starts this program again as another process, and what it then does to it.</summary>
internal static class TrialProcess
{
    /// <summary>This program with a command, its streams kept by us.</summary>
    public static ProcessStartInfo Of(params ReadOnlySpan<string> words)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // Under the dotnet host the program is its first argument.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(TrialProcess).Assembly.Location);
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

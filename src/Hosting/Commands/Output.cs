using System.CommandLine;
using Spectre.Console;

namespace CameraFabric.Hosting.Commands;

/// <summary>How commands speak: tables for people, one JSON document for programs, mistakes on the error stream.</summary>
internal static class Output
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int WrongInput = 2;

    /// <summary>The cluster has removed this node: its cameras are at home elsewhere now. Start it again, and it joins anew.</summary>
    public const int Removed = 3;

    /// <summary>Stopped before there was a result, as shells say it of SIGINT.</summary>
    public const int Interrupted = 130;

    private const int RedirectedWidth = 180;

    public static Option<bool> JsonOption() => new("--json") { Description = "Print one JSON document instead of tables." };

    public static Option<string?> RigOption() => new("--rig") { Description = "The running rig's name, RIG/NODE for one of its nodes, or a runtime folder (needed only when several run)." };

    /// <summary>Runs a command's body; what a user can mend is told in a line or a list of lines, without a stack.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> body)
    {
        try
        {
            return await body();
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("camera-fabric: stopped before the end; there is no result");
            return Interrupted;
        }
        catch (Rigs.RigFileException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync($"{error.Errors.Count} mistake{(error.Errors.Count == 1 ? "" : "s")}");
            return WrongInput;
        }
        catch (Fabric.Rigs.RigException error)
        {
            await Console.Error.WriteLineAsync($"camera-fabric: {error.Message}");
            return WrongInput;
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            await Console.Error.WriteLineAsync($"camera-fabric: {Plain(error)}");
            return WrongInput;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"camera-fabric: {error.Message}");
            return Failure;
        }
    }

    /// <summary>Into a file or a pipe go plain, wide tables; a terminal says itself what it can.</summary>
    public static void Prepare()
    {
        if (!Console.IsOutputRedirected) return;
        AnsiConsole.Profile.Width = RedirectedWidth;
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
    }

    /// <summary>An option's number, when it is one that can be meant.</summary>
    /// <exception cref="ArgumentException">It is not; the message says what would be.</exception>
    public static double InRange(string option, double value, double least, double most, string unit) =>
        value >= least && value <= most ? value : throw new ArgumentException($"{option} {value} is not possible: write {least} to {most} {unit}");

    /// <summary>An error's message without the name of the parameter that code, not the user, knows.</summary>
    public static string Plain(Exception error) =>
        error is ArgumentException { ParamName: { } name } ? error.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : error.Message;
}

using CameraFabric.Fuzz.Inputs;
using CameraFabric.Fuzz.Targets;

namespace CameraFabric.Fuzz.Running;

/// <summary>Runs an input, says what is wrong with the device if something is, makes such an input short, and writes it down.</summary>
internal static class Findings
{
    /// <summary>Runs an input; null if all is well.</summary>
    public static string? Try(IFuzzTarget target, ReadOnlySpan<Step> steps, Observations seen)
    {
        try
        {
            seen.Begin();
            target.Run(steps, seen);
            return null;
        }
        catch (FindingException e)
        {
            return e.Message;
        }
        catch (Exception e)
        {
            // What nobody expects to be thrown is a finding itself; whoever reads it needs the place.
            return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    /// <summary>Leaves out every step without which the same oracle is offended.</summary>
    public static Step[] Shorten(Func<IFuzzTarget> make, Step[] steps, string finding)
    {
        var wanted = Observations.HashOf(finding.Split('\n')[0]);
        for (var size = Math.Max(1, steps.Length / 2); size > 0; size /= 2)
        {
            for (var at = 0; at + size <= steps.Length;)
            {
                Step[] shorter = [.. steps[..at], .. steps[(at + size)..]];
                using var target = make();
                var found = Try(target, shorter, new Observations());
                if (found is not null && Observations.HashOf(found.Split('\n')[0]) == wanted) steps = shorter;
                else at += size;
            }
        }

        return steps;
    }

    /// <summary>Writes an input with its reason; returns the path.</summary>
    public static string Save(string folder, string target, string reason, ReadOnlySpan<Step> steps)
    {
        var into = Directory.CreateDirectory(Path.Combine(folder, target)).FullName;
        var path = Path.Combine(into, $"{Observations.HashOf(reason.Split('\n')[0]):x8}-{Environment.ProcessId}.txt");
        var comment = string.Join("", reason.Split('\n').Select(line => $"# {line.TrimEnd()}\n"));
        File.WriteAllText(path,
            $"{comment}# ./fabric fuzz --replay {Path.GetRelativePath(Environment.CurrentDirectory, path)}\n" + ScriptText.Write(steps));
        return path;
    }
}

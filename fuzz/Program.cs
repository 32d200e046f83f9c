using CameraFabric.Fuzz.Inputs;
using CameraFabric.Fuzz.Running;
using CameraFabric.Fuzz.Targets;

var options = FuzzOptions.Parse(args, out var error);
if (options is null || options.Help)
{
    if (error.Length > 0) Console.Error.WriteLine(error);
    (error.Length > 0 ? Console.Error : Console.Out).WriteLine(FuzzOptions.Usage);
    return error.Length > 0 ? 2 : 0;
}

if (options.Replay is { } file) return Replay(file, options);
return options.Journal is { } journal ? Work(journal, options) : new Supervisor(options).Run();

static int Work(string path, FuzzOptions options)
{
    // Ctrl-C goes to parent and children alike; the children stop when the parent closes their input.
    Console.CancelKeyPress += (_, e) => e.Cancel = true;
    var stopped = false;
    var listener = new Thread(() =>
    {
        while (Console.In.Read() >= 0)
        {
        }

        Volatile.Write(ref stopped, true);
    }) { IsBackground = true, Name = "parent" };
    listener.Start();
    using var journal = new Journal(path);
    new Worker(options, journal).Run(_ => !Volatile.Read(ref stopped));
    return 0;
}

static int Replay(string file, FuzzOptions options)
{
    var folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)))!;
    var name = options.Target != "all" ? options.Target : folder;
    if (!FuzzTargets.All.Any(target => target.Name == name))
    {
        Console.Error.WriteLine($"fuzz: '{folder}' is no target; say which by --target");
        return 2;
    }

    using var target = FuzzTargets.Make(name);
    var finding = Findings.Try(target, ScriptText.Read(File.ReadAllText(file)), new Observations());
    Console.WriteLine(finding is null ? $"{file}: nothing found" : $"{file}: {finding}");
    return finding is null ? 0 : 1;
}

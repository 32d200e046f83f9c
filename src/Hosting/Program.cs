using System.CommandLine;
using System.CommandLine.Invocation;
using CameraFabric.Hosting.Commands;

Output.Prepare();
var root = new RootCommand("Camera Fabric: cameras on one side, guest VMs on the other. A guest sees a standard virtio device (ID 43).")
{
    DemoCommand.Make(),
    RunCommand.Make(),
    GuestCommand.Make(),
    ValidateCommand.Make(),
    CamerasCommand.Make(),
    WatchCommand.Make(),
    SnapshotCommand.Make(),
    ReleaseCommand.Make(),
    SoakCommand.Make(),
    RecoveryCommand.Make(),
    GuestLinuxCommand.Make(),
    ClusterCommand.Make(),
    CertificatesCommand.Make(),
};
// Ctrl-C and SIGTERM cancel the command; a stop that accounts for every frame gets time to do so.
var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction mistake)
{
    // What is wrong, not a page of help that hides it.
    mistake.ShowHelp = false;
    await parsed.InvokeAsync();
    Console.Error.WriteLine($"see: {(parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ")}--help");
    return Output.WrongInput;
}

return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20), EnableDefaultExceptionHandler = false });

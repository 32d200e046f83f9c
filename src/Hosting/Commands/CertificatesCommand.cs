using System.CommandLine;
using CameraFabric.Hosting.Certificates;

namespace CameraFabric.Hosting.Commands;

/// <summary><c>certificates</c>: an authority and one certificate a node, for development.</summary>
internal static class CertificatesCommand
{
    private const double LongestDays = 3650;

    public static Command Make()
    {
        var folder = new Option<string>("--out") { Description = "The folder to write into.", Required = true };
        var nodes = new Option<string>("--nodes") { Description = "The nodes: NAME or NAME=HOST, with commas between them.", Required = true };
        var days = new Option<double>("--days") { Description = "How many days they are valid, 1 to 3650.", DefaultValueFactory = _ => 365 };
        var force = new Option<bool>("--force") { Description = "Overwrite what is there." };
        var command = new Command("certificates", "Make an authority and one certificate a node, to try a rig's `cluster.tls:`. For development only.")
        {
            folder, nodes, days, force,
        };
        command.SetAction((parsed, _) => Output.GuardAsync(() =>
        {
            var certified = CertifiedNode.ParseList(parsed.GetValue(nodes)!);
            var validity = TimeSpan.FromDays(Output.InRange("--days", parsed.GetValue(days), 1, LongestDays, "days"));
            var files = DevelopmentCertificates.Write(parsed.GetValue(folder)!, certified, validity, parsed.GetValue(force), TimeProvider.System);
            foreach (var file in files) Console.Out.WriteLine(file);
            Console.Out.WriteLine($"for development: valid for {validity.TotalDays:0.#} days, no password, nothing can be revoked; whoever can read this folder can join the cluster");
            Console.Out.WriteLine($"in the rig: cluster: {{ tls: {{ certificate: \"{parsed.GetValue(folder)}/{{node}}.pfx\", authority: {files[0]} }} }}");
            return Task.FromResult(Output.Success);
        }));
        return command;
    }
}

using System.Text.Json;
using CameraFabric.Fabric.Status;

namespace CameraFabric.Hosting.Control;

/// <summary>Asks all nodes of a running rig that this user runs on this machine.</summary>
internal sealed class RigClient
{
    /// <summary>How long one node may take to answer; one that stands still is not to hide the others.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly string? _rig;

    private RigClient(string? rig) => _rig = rig;

    /// <summary>The rig that is meant.</summary>
    /// <param name="rigOrFolder">A rig's name, <c>RIG/NODE</c>, a runtime folder, or null for the only one that runs.</param>
    /// <exception cref="IOException">None runs, or several do.</exception>
    public static RigClient Find(string? rigOrFolder)
    {
        // Later only this one is asked, even when another has been started beside it.
        var sockets = RuntimeFolder.FindControlSockets(rigOrFolder);
        return new RigClient(rigOrFolder ?? (sockets is [var one] ? Path.GetDirectoryName(one) : Path.GetDirectoryName(Path.GetDirectoryName(sockets[0]))));
    }

    /// <summary>The state of every node that answers. Nodes come and go: each time those are asked that are there now.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="FabricGoneException">None answers (any more).</exception>
    public async Task<RigStatus> StatusAsync(CancellationToken cancellation)
    {
        var sockets = Sockets();
        var answers = await Task.WhenAll(sockets.Select(socket => StatusAsync(socket, cancellation)));
        var nodes = answers.Select(static answer => answer.Status).OfType<FabricStatus>().OrderBy(static node => node.Node, StringComparer.Ordinal);
        var status = new RigStatus(
            answers.FirstOrDefault(static answer => answer.Status is not null).Status?.Rig ?? "", [.. nodes],
            [.. sockets.Zip(answers).Where(static pair => pair.Second.Status is null).Select(static pair => NodeOf(pair.First))]);
        return status.Nodes.IsEmpty ? throw answers[0].Error! : status;
    }

    /// <summary>The first answer that is no error, from whichever node knows of what is asked.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">No node had one; the message is that of each that answers.</exception>
    public async Task<ControlAnswer> AskAsync(ControlRequest request, CancellationToken cancellation)
    {
        List<(string Socket, IOException Error)> refusals = [];
        var sockets = Sockets();
        foreach (var socket in sockets)
        {
            try
            {
                return await ControlClient.AskAsync(socket, request, cancellation);
            }
            catch (IOException error)
            {
                refusals.Add((socket, error));
            }
        }

        throw refusals is [var only] ? only.Error
            : new IOException(string.Join("; ", refusals.Select(static refusal => $"{NodeOf(refusal.Socket)}: {refusal.Error.Message}")));
    }

    /// <summary>A state as a program reads it: of a rig that is one node that node's own.</summary>
    /// <param name="status">The state.</param>
    public static string ToJson(RigStatus status) => status.Nodes is [{ Node.Length: 0 } only]
        ? JsonSerializer.Serialize(only, ControlJson.Default.FabricStatus)
        : JsonSerializer.Serialize(status, ControlJson.Default.RigStatus);

    private IReadOnlyList<string> Sockets()
    {
        try
        {
            return RuntimeFolder.FindControlSockets(_rig);
        }
        catch (IOException error)
        {
            throw new FabricGoneException(error.Message, error);
        }
    }

    private static string NodeOf(string socket) => Path.GetFileName(Path.GetDirectoryName(socket)!);

    private static async Task<(FabricStatus? Status, IOException? Error)> StatusAsync(string socket, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            return ((await ControlClient.AskAsync(socket, new ControlRequest("status"), limit.Token)).Status, null);
        }
        catch (OperationCanceledException slow) when (!cancellation.IsCancellationRequested)
        {
            return (null, new FabricGoneException($"the fabric at {socket} has not answered for {AnswerTimeout.TotalSeconds:0} s", slow));
        }
        catch (IOException error)
        {
            return (null, error);
        }
    }
}

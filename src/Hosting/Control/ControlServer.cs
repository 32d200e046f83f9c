using System.Net.Sockets;
using System.Text.Json;
using CameraFabric.Fabric.Nodes;
using CameraFabric.Hosting.Snapshots;

namespace CameraFabric.Hosting.Control;

/// <summary>Answers <c>cameras</c>, <c>watch</c>, <c>snapshot</c> and <c>release</c> of other processes: a unix socket in the rig's runtime folder, a line of JSON each way.</summary>
public sealed class ControlServer : IAsyncDisposable
{
    private const int MaximumRequest = 4096; // characters; the longest honest request is far shorter
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    private readonly FabricNode _node;
    private readonly string _path;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private ControlServer(FabricNode node, string path, Socket listener)
    {
        (_node, _path, _listener) = (node, path, listener);
        _serving = ServeAsync();
    }

    /// <summary>Starts answering.</summary>
    /// <param name="node">The fabric that is asked.</param>
    /// <param name="folder">The rig's runtime folder; it exists.</param>
    /// <exception cref="IOException">Another fabric answers there already.</exception>
    public static ControlServer Start(FabricNode node, string folder)
    {
        var path = Path.Combine(folder, RuntimeFolder.ControlSocket);
        RefuseSecond(path);
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(16);
        return new ControlServer(node, path, listener);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        File.Delete(_path);
        _stop.Dispose();
    }

    /// <summary>Says so when a fabric answers on this socket already; a file left over by one that died does not count.</summary>
    /// <param name="path">The control socket's path.</param>
    /// <exception cref="IOException">Another fabric answers there.</exception>
    public static void RefuseSecond(string path)
    {
        if (!File.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            return;
        }

        throw new IOException($"a fabric runs here already: it answers at {path}; stop it, or give this rig another `runtime:`");
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(_stop.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                if (_stop.IsCancellationRequested) return;

                // E.g. no descriptor is left: tried again, but not as fast as a processor can.
                await Task.Delay(RetryAfter, TimeProvider.System, CancellationToken.None);
                continue;
            }

            _ = AnswerAsync(client);
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(RequestLimit);
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            var answer = await HandleAsync(await ReadLineAsync(stream, limit.Token), limit.Token);
            // The answer has its own time: that there was no frame in time is an answer, too.
            using var reply = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            reply.CancelAfter(RequestLimit);
            await JsonSerializer.SerializeAsync(stream, answer, ControlJson.Default.ControlAnswer, reply.Token);
            await stream.WriteAsync("\n"u8.ToArray(), reply.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away or took too long: its own loss.
        }
    }

    private async Task<ControlAnswer> HandleAsync(byte[] line, CancellationToken cancellation)
    {
        try
        {
            var request = JsonSerializer.Deserialize(line, ControlJson.Default.ControlRequest);
            switch (request)
            {
                case { Do: "status" }:
                    return new ControlAnswer(Status: await _node.StatusAsync(cancellation));
                case { Do: "snapshot", Camera: { } camera }:
                    var frame = await _node.SnapshotAsync(camera, cancellation);
                    using (var png = new MemoryStream())
                    {
                        PngWriter.Write(png, frame.Layout.Width, frame.Layout.Height, RgbConversion.Convert(frame.Layout, frame.Pixels));
                        var format = $"{frame.Layout.Format.Name} {frame.Layout.Width}x{frame.Layout.Height}";
                        return new ControlAnswer(Snapshot: new SnapshotPicture(camera, frame.Sequence, format, png.ToArray()));
                    }

                case { Do: "release", Guest: { } guest }:
                    return new ControlAnswer(Released: await _node.ReleaseAsync(guest, request.Camera, cancellation));

                default:
                    return new ControlAnswer(Error:
                        "a request says {\"do\":\"status\"}, {\"do\":\"snapshot\",\"camera\":\"ID\"} or {\"do\":\"release\",\"guest\":\"NAME\"}");
            }
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return new ControlAnswer(Error: $"no answer came within {RequestLimit.TotalSeconds:0} s; `cameras` says in what state the cameras and guests are");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException or NotSupportedException or KeyNotFoundException or TimeoutException)
        {
            return new ControlAnswer(Error: Commands.Output.Plain(error));
        }
    }

    private static async Task<byte[]> ReadLineAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[MaximumRequest];
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellation);
            if (read == 0) break;
            filled += read;
            var end = Array.IndexOf(buffer, (byte)'\n', 0, filled);
            if (end >= 0) return buffer[..end];
        }

        throw new IOException("the request is no line of JSON");
    }
}

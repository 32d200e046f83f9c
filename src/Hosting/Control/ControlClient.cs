using System.Net.Sockets;
using System.Text.Json;

namespace CameraFabric.Hosting.Control;

/// <summary>Asks a running fabric over its control socket.</summary>
public static class ControlClient
{
    /// <summary>Sends one request and reads its answer.</summary>
    /// <param name="socketPath">The control socket, see <see cref="RuntimeFolder.FindControlSockets"/>.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="FabricGoneException">No fabric answers there (any more).</exception>
    /// <exception cref="IOException">The fabric answered with an error.</exception>
    public static async Task<ControlAnswer> AskAsync(string socketPath, ControlRequest request, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
        }
        catch (SocketException error)
        {
            // The system's text for a socket that is not there is about addresses; what matters is whether there is one.
            throw new FabricGoneException($"no fabric answers at {socketPath}: {(File.Exists(socketPath) ? error.Message : "there is no such socket")}", error);
        }

        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.ControlRequest), cancellation);
        await stream.WriteAsync("\n"u8.ToArray(), cancellation);
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync(cancellation) ?? throw new FabricGoneException($"the fabric at {socketPath} closed without an answer", null);
        var answer = JsonSerializer.Deserialize(line, ControlJson.Default.ControlAnswer)!;
        return answer.Error is null ? answer : throw new IOException(answer.Error);
    }
}

/// <summary>No fabric answers (any more).</summary>
/// <param name="message">Where none does.</param>
/// <param name="inner">How that was found out.</param>
public sealed class FabricGoneException(string message, Exception? inner) : IOException(message, inner);

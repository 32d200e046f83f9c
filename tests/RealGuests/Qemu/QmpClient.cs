using System.Net.Sockets;
using System.Text.Json;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>The client's end of QEMU's monitor: pauses the machine, plugs memory in.</summary>
internal sealed class QmpClient : IDisposable
{
    private readonly LineSocket _lines;

    public QmpClient(Socket socket)
    {
        _lines = new LineSocket(socket);
        _lines.Read();
        Execute("qmp_capabilities");
    }

    /// <summary>Has a command executed.</summary>
    /// <exception cref="InvalidOperationException">QEMU refuses; the message is its own.</exception>
    public JsonElement Execute(string command, object? arguments = null)
    {
        object asked = arguments is null ? new { execute = command } : new { execute = command, arguments };
        _lines.Write(JsonSerializer.Serialize(asked));
        while (true)
        {
            using var line = JsonDocument.Parse(_lines.Read());
            var answer = line.RootElement;
            if (answer.TryGetProperty("error", out var error)) throw new InvalidOperationException(error.GetProperty("desc").GetString());
            if (answer.TryGetProperty("return", out var value)) return value.Clone();
        }
    }

    public void Dispose() => _lines.Dispose();
}

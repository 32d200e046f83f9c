using System.Net.Sockets;
using System.Text;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>Lines over a socket. Whoever does not answer is not waited for for ever.</summary>
internal sealed class LineSocket(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly List<byte> _line = [];
    private int _next;
    private int _end;

    public void Write(string line) => socket.Send(Encoding.ASCII.GetBytes(line + "\n"));

    /// <summary>The next line.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    /// <exception cref="EndOfStreamException">None will come.</exception>
    public string Read()
    {
        _line.Clear();
        while (true)
        {
            var part = _buffer.AsSpan(_next, _end - _next);
            var length = part.IndexOf((byte)'\n');
            _line.AddRange(length < 0 ? part : part[..length]);
            if (length >= 0)
            {
                _next += length + 1;
                return Encoding.ASCII.GetString([.. _line]).TrimEnd('\r');
            }

            if (!socket.Poll(QemuMachine.Patience, SelectMode.SelectRead)) throw new TimeoutException("QEMU does not answer");
            (_next, _end) = (0, socket.Receive(_buffer));
            if (_end == 0) throw new EndOfStreamException("QEMU closed the connection");
        }
    }

    public void Dispose() => socket.Dispose();
}

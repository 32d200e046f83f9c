using System.Net.Sockets;
using CameraFabric.Platform;

namespace CameraFabric.Fabric.Links;

/// <summary>A TCP connection, plain.</summary>
internal class TcpCarrier : LinkCarrier
{
    // From linux/tcp.h: how long what was sent may stay unacknowledged, in milliseconds.
    private const int TcpUserTimeout = 18;

    // The kernel's own sizing of socket buffers is better than any fixed one; large calls only have to be seen to make progress.
    private const int Piece = 256 << 10;

    private readonly FileDescriptor _descriptor;
    private readonly TimeSpan _stall;

    /// <summary>Takes over a connected socket on which nothing asynchronous was ever done: it blocks in the kernel.</summary>
    public TcpCarrier(Socket socket, TimeSpan stall)
    {
        Socket = socket;
        _stall = stall;
        var milliseconds = (int)stall.TotalMilliseconds;
        socket.NoDelay = true;
        socket.SendTimeout = socket.ReceiveTimeout = milliseconds;
        socket.SetRawSocketOption((int)ProtocolType.Tcp, TcpUserTimeout, BitConverter.GetBytes(milliseconds));
        _descriptor = new FileDescriptor((int)socket.Handle, ownsHandle: false);
        Peer = $"{socket.RemoteEndPoint}";
    }

    /// <inheritdoc/>
    public override FileDescriptor Descriptor => _descriptor;

    /// <inheritdoc/>
    public override string Peer { get; }

    /// <summary>The socket.</summary>
    protected Socket Socket { get; }

    /// <inheritdoc/>
    public override int Receive(Span<byte> buffer) => ReceiveBytes(buffer);

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> data) => SendBytes(data);

    /// <summary>What the socket itself receives.</summary>
    public int ReceiveBytes(Span<byte> buffer)
    {
        var count = Socket.Receive(buffer, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => count,
            SocketError.TimedOut => throw new TimeoutException($"nothing came for {_stall.TotalSeconds} s in the middle of a message"),
            _ => throw new SocketException((int)error),
        };
    }

    /// <summary>Gives bytes to the socket itself.</summary>
    public void SendBytes(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var count = Socket.Send(data[..Math.Min(data.Length, Piece)], SocketFlags.None, out var error);
            if (error == SocketError.TimedOut) throw new TimeoutException($"the other end took nothing for {_stall.TotalSeconds} s");
            if (error != SocketError.Success) throw new SocketException((int)error);
            data = data[count..];
        }
    }

    /// <inheritdoc/>
    public override void Shutdown() => Shutdown(SocketShutdown.Both);

    /// <inheritdoc/>
    public override void StopReceiving() => Shutdown(SocketShutdown.Receive);

    /// <inheritdoc/>
    public override void Dispose() => Socket.Dispose();

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            Socket.Shutdown(how);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // It has ended already.
        }
    }
}

using System.Buffers.Binary;
using System.Net.Sockets;

namespace CameraFabric.Fabric.Links;

/// <summary>
/// A socket's bytes, handed to TLS no further than to the end of a record. So TLS has never taken more from the socket than what it decrypts,
/// and whether something is to be read can be asked of the socket.
/// </summary>
internal sealed class TlsRecords(TcpCarrier carrier, Socket socket) : Stream
{
    private const int HeadBytes = 5;
    private readonly byte[] _head = new byte[HeadBytes];
    private int _headBytes;
    private int _handedOn;
    private int _left;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether to wait without a limit for a record to begin: between messages there is none, in a greeting there is another.</summary>
    public bool IsIdleAllowed { get; set; }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (_left == 0 && !ReadHead()) return 0;
        if (_handedOn < HeadBytes)
        {
            var part = _head.AsSpan(_handedOn, Math.Min(buffer.Length, HeadBytes - _handedOn));
            part.CopyTo(buffer);
            _handedOn += part.Length;
            _left -= part.Length;
            return part.Length;
        }

        var count = carrier.ReceiveBytes(buffer[..Math.Min(buffer.Length, _left)]);
        _left -= count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => carrier.SendBytes(buffer);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private bool ReadHead()
    {
        _headBytes = _handedOn = 0;
        while (_headBytes < HeadBytes)
        {
            if (_headBytes == 0 && IsIdleAllowed) socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
            var count = carrier.ReceiveBytes(_head.AsSpan(_headBytes));
            if (count == 0) return false;
            _headBytes += count;
        }

        _left = HeadBytes + BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(3));
        return true;
    }
}

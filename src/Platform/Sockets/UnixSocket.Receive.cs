using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

public sealed partial class UnixSocket
{
    /// <summary>Receives what is there, at least one byte, and the descriptors that came with it (close-on-exec).</summary>
    /// <param name="buffer">Where to put the bytes; not empty.</param>
    /// <param name="descriptors">Where to put the descriptors, behind those that are in it.</param>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <returns>How many bytes; 0 at the orderly end of the stream.</returns>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is empty.</exception>
    /// <exception cref="TimeoutException">Nothing came in time.</exception>
    /// <exception cref="SocketClosedException">The peer broke the connection (ECONNRESET).</exception>
    /// <exception cref="LinuxException">
    /// The kernel refuses; or more descriptors came than the bag holds or this process may open (EMSGSIZE). In the latter case all in the
    /// bag are closed.
    /// </exception>
    public int Receive(Span<byte> buffer, DescriptorBag descriptors, TimeSpan timeout)
    {
        if (buffer.IsEmpty) throw new ArgumentException("there must be room for at least one byte", nameof(buffer));
        ArgumentNullException.ThrowIfNull(descriptors);
        return Receive(buffer, descriptors, Deadline.After(timeout), timeout);
    }

    /// <summary>
    /// Receives until the buffer is full, and the descriptors that came with any of its bytes. After a time-out part of the message
    /// may be lost, and the stream is of no use any more.
    /// </summary>
    /// <param name="buffer">Where to put the bytes; if it is empty, nothing is received.</param>
    /// <param name="descriptors">Where to put the descriptors, behind those that are in it.</param>
    /// <param name="timeout">How long at most for the whole; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <returns>False if the stream ended before the first byte.</returns>
    /// <exception cref="TimeoutException">Not all came in time.</exception>
    /// <exception cref="SocketClosedException">The stream ended in the middle, or was broken.</exception>
    /// <exception cref="LinuxException">As with <see cref="Receive(Span{byte}, DescriptorBag, TimeSpan)"/>.</exception>
    public bool ReceiveExactly(Span<byte> buffer, DescriptorBag descriptors, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        var deadline = Deadline.After(timeout);
        var received = 0;
        while (received < buffer.Length)
        {
            var count = Receive(buffer[received..], descriptors, deadline, timeout, received);
            if (count == 0 && received == 0) return false;
            if (count == 0) throw new SocketClosedException($"the stream ended after {received} of {buffer.Length} bytes");
            received += count;
        }

        return true;
    }

    private int Receive(Span<byte> buffer, DescriptorBag descriptors, Deadline deadline, TimeSpan timeout, int before = 0)
    {
        while (true)
        {
            var count = ReceiveNow(buffer, descriptors);
            if (count >= 0) return (int)count;
            switch (Libc.LastError)
            {
                case ErrorNumber.Interrupted:
                    break;
                case ErrorNumber.TryAgain:
                    if (Readiness.Wait(Descriptor, Libc.PollReadable, deadline)) break;
                    throw new TimeoutException(before == 0
                        ? $"nothing came from the peer within {timeout.TotalSeconds} s"
                        : $"only {before} of {before + buffer.Length} bytes came from the peer within {timeout.TotalSeconds} s");
                case ErrorNumber.ConnectionReset:
                    throw new SocketClosedException("the peer broke the connection");
                default:
                    throw LinuxException.For(Libc.LastError, "receiving from a unix socket");
            }
        }
    }

    /// <summary>
    /// One recvmsg(2) without waiting; negative with the error number set aside. <paramref name="controlBytes"/> is how much room for
    /// control data to offer.
    /// </summary>
    internal unsafe nint ReceiveNow(Span<byte> buffer, DescriptorBag descriptors, int controlBytes = ControlBuffer.Capacity)
    {
        var control = stackalloc byte[ControlBuffer.Capacity];
        fixed (byte* start = buffer)
        {
            var vector = new Libc.Vector { Start = start, Length = (nuint)buffer.Length };
            var header = new Libc.MessageHeader
            {
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = (nuint)controlBytes,
            };
            var count = Libc.ReceiveMessage(Descriptor, &header, Libc.MessageDoNotWait | Libc.MessageCloseOnExec);
            if (count < 0) return count;

            // What was installed is owned before anything is judged: a refusal closes it.
            var complete = ControlBuffer.MoveTo(descriptors, control, header.ControlLength);
            if (complete && (header.Flags & Libc.MessageControlTruncated) == 0) return count;
            descriptors.Clear();
            throw new LinuxException(
                "receiving descriptors over a unix socket",
                ErrorNumber.MessageTooLong,
                $"a message brings at most {DescriptorBag.MaximumPerMessage}, and no more than this process may still open");
        }
    }
}

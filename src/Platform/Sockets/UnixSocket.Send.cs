using CameraFabric.Platform.Native;

namespace CameraFabric.Platform;

public sealed partial class UnixSocket
{
    /// <summary>
    /// Sends the whole buffer; the descriptors travel with its first byte, and stay the caller's own. Never raises SIGPIPE. After a
    /// time-out part of the buffer may have been sent, and the stream is of no use any more.
    /// </summary>
    /// <param name="data">What to send; not empty if there are descriptors.</param>
    /// <param name="descriptors">Which descriptors the peer shall get; at most <see cref="DescriptorBag.MaximumPerMessage"/>.</param>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <exception cref="ArgumentException">Too many descriptors, or descriptors without a byte to go with.</exception>
    /// <exception cref="TimeoutException">The peer did not take it in time.</exception>
    /// <exception cref="SocketClosedException">The peer is gone.</exception>
    /// <exception cref="LinuxException">The kernel refuses, e.g. because too many descriptors are under way (ETOOMANYREFS).</exception>
    public void Send(ReadOnlySpan<byte> data, ReadOnlySpan<FileDescriptor> descriptors, TimeSpan timeout)
    {
        if (descriptors.Length > DescriptorBag.MaximumPerMessage)
        {
            throw new ArgumentException(
                $"{descriptors.Length} descriptors; one message takes at most {DescriptorBag.MaximumPerMessage}", nameof(descriptors));
        }

        if (data.IsEmpty && !descriptors.IsEmpty)
        {
            throw new ArgumentException("descriptors need at least one byte to go with", nameof(data));
        }

        var deadline = Deadline.After(timeout);
        var sent = 0;
        while (sent < data.Length)
        {
            var count = sent == 0 && !descriptors.IsEmpty ? SendWithDescriptors(data, descriptors) : SendBytes(data[sent..]);
            if (count >= 0)
            {
                sent += (int)count;
                continue;
            }

            switch (Libc.LastError)
            {
                case ErrorNumber.Interrupted:
                    break;
                case ErrorNumber.TryAgain:
                    if (Readiness.Wait(Descriptor, Libc.PollWritable, deadline)) break;
                    throw new TimeoutException($"the peer took {sent} of {data.Length} bytes within {timeout.TotalSeconds} s");
                case ErrorNumber.BrokenPipe or ErrorNumber.ConnectionReset or ErrorNumber.NotConnected:
                    throw new SocketClosedException($"the peer closed the connection after {sent} of {data.Length} bytes");
                default:
                    throw LinuxException.For(
                        Libc.LastError, $"sending {data.Length} bytes and {descriptors.Length} descriptors over a unix socket");
            }
        }
    }

    private unsafe nint SendBytes(ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            return Libc.Send(Descriptor, start, (nuint)data.Length, Libc.MessageNoSignal | Libc.MessageDoNotWait);
        }
    }

    private unsafe nint SendWithDescriptors(ReadOnlySpan<byte> data, ReadOnlySpan<FileDescriptor> descriptors)
    {
        var control = stackalloc byte[ControlBuffer.Capacity];
        var held = 0;
        try
        {
            var numbers = (int*)(control + ControlBuffer.DataOffset);
            foreach (var descriptor in descriptors)
            {
                // Held for the length of the call, so that a number written here is still this descriptor when the kernel reads it.
                var added = false;
                descriptor.DangerousAddRef(ref added);
                numbers[held++] = descriptor.Number;
            }

            fixed (byte* start = data)
            {
                var vector = new Libc.Vector { Start = start, Length = (nuint)data.Length };
                var header = new Libc.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control };
                header.ControlLength = ControlBuffer.WriteHeader(control, held);
                return Libc.SendMessage(Descriptor, &header, Libc.MessageNoSignal | Libc.MessageDoNotWait);
            }
        }
        finally
        {
            for (var i = 0; i < held; i++) descriptors[i].DangerousRelease();
        }
    }
}

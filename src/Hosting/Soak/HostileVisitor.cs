using System.Buffers.Binary;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Guest.Memory;
using CameraFabric.Guest.Transport;
using CameraFabric.Guest.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Hosting.Soak;

/// <summary>
/// A guest that breaks the protocol: connects to a camera as any VMM may, does one wrong thing, and waits until the device has closed the
/// connection.
/// </summary>
internal sealed class HostileVisitor(string socketPath, Random random)
{
    private const int DescriptorBytes = 16;
    private const ushort Next = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Pays one visit. Blocks until the connection has ended.</summary>
    /// <param name="fault">What to do wrong; one of those that are done over a socket.</param>
    /// <returns>How long the device took to end the connection.</returns>
    /// <exception cref="TimeoutException">It did not.</exception>
    /// <exception cref="IOException">It was not there.</exception>
    public TimeSpan Visit(SoakFault fault)
    {
        if (!UnixSocket.TryConnect(socketPath, out var socket, out var error)) throw new IOException($"no camera at {socketPath}: {error}");
        return fault is SoakFault.Garbage or SoakFault.HalfMessage or SoakFault.ExtraDescriptors
            ? Speak(socket, fault)
            : Drive(socket, fault);
    }

    private TimeSpan Speak(UnixSocket socket, SoakFault fault)
    {
        using (socket)
        {
            var message = new byte[fault == SoakFault.Garbage ? 4096 : 12];
            if (fault == SoakFault.Garbage) random.NextBytes(message);
            else Header(message, request: 1, size: fault == SoakFault.HalfMessage ? 400u : 0);
            var began = FrameClock.System.Now;
            using var extra = EventFd.Create();
            socket.Send(message, fault == SoakFault.ExtraDescriptors ? [extra.Descriptor, extra.Descriptor] : [], Patience);
            if (fault == SoakFault.HalfMessage) socket.Shutdown();
            try
            {
                using var bag = new DescriptorBag();
                while (socket.Receive(message, bag, Patience) > 0)
                {
                    // Whatever it answers to what happened to make sense.
                }
            }
            catch (Exception gone) when (gone is LinuxException or SocketClosedException)
            {
                // Ended the hard way: ended.
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"{fault}: the device still speaks to this guest after {Patience.TotalSeconds} s");
            }

            return Since(began);
        }
    }

    private static TimeSpan Drive(UnixSocket socket, SoakFault fault)
    {
        var options = new VirtioTransportOptions
        {
            MemoryBytes = 4 << 20,
            Indirect = false,
            Memory = new GuestRamOptions { Seals = fault == SoakFault.MemoryShrinks ? MemorySeals.Seal : MemorySeals.Shrink },
        };
        using var transport = VirtioTransport.Connect(socket, CameraDriver.Shape, options);
        var end = new End();
        transport.Start(end);
        var (ram, queue) = (transport.Ram, transport.Queue(CameraWire.ControlQueue));
        var began = FrameClock.System.Now;
        switch (fault)
        {
            case SoakFault.ChainLoops:
                Describe(ram, queue, address: ram.GuestAddress, Next);
                Offer(ram, queue, 1);
                break;
            case SoakFault.AddressOutside:
                Describe(ram, queue, address: ram.GuestAddress + (ulong)ram.Size - 8, 0);
                Offer(ram, queue, 1);
                break;
            case SoakFault.IndexLeaps:
                Offer(ram, queue, (ushort)(queue.Size + 1));
                break;
            case SoakFault.MemoryShrinks:
                Describe(ram, queue, address: ram.GuestAddress, 0);
                // Through another door: the file object says what its size was when it was made.
                using (var file = File.OpenHandle($"/proc/self/fd/{ram.File.Descriptor.Number}", FileMode.Open, FileAccess.ReadWrite)) RandomAccess.SetLength(file, 0);

                break;
            case SoakFault.DiesInCommand:
                Describe(ram, queue, address: ram.GuestAddress, 0);
                Offer(ram, queue, 1);
                transport.Kick(CameraWire.ControlQueue);
                transport.Abandon();
                return Since(began);
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "nothing that a guest does over its rings");
        }

        transport.Kick(CameraWire.ControlQueue);
        return end.Wait(Patience) ? Since(began) : throw new TimeoutException($"{fault}: the device still speaks to this guest after {Patience.TotalSeconds} s");
    }

    // A vhost-user message header: request, flags (version 1), size of what follows.
    private static void Header(Span<byte> message, uint request, uint size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message, request);
        BinaryPrimitives.WriteUInt32LittleEndian(message[4..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(message[8..], size);
    }

    // Descriptor 0; where it has a next one, that is itself.
    private static void Describe(GuestRam ram, DriverQueue queue, ulong address, ushort flags)
    {
        var descriptor = ram.Write(queue.DescriptorTable, DescriptorBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor, address);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[8..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[12..], flags);
        BinaryPrimitives.WriteUInt16LittleEndian(descriptor[14..], 0);
    }

    private static void Offer(GuestRam ram, DriverQueue queue, ushort index)
    {
        ram.WriteUInt16(queue.AvailableRing + 4, 0);
        ram.WriteUInt16(queue.AvailableRing + 2, index);
    }

    private static TimeSpan Since(long began) => TimeSpan.FromMicroseconds((FrameClock.System.Now - began) / 1000.0);

    private sealed class End : ITransportListener
    {
        private readonly ManualResetEventSlim _ended = new();

        public bool Wait(TimeSpan limit) => _ended.Wait(limit);

        void ITransportListener.QueueCalled(int index)
        {
            // Nothing is wanted of it.
        }

        void ITransportListener.ConfigChanged()
        {
            // Nothing is wanted of it.
        }

        void ITransportListener.Disconnected(string reason) => _ended.Set();
    }
}

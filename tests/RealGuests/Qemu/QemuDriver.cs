using CameraFabric.Device.Virtqueues;

namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>A driver of a virtio device in a machine of QEMU, whatever the device is: rings, and chains that go and come back.</summary>
internal abstract class QemuDriver
{
    public const int Slot = 4, RingSize = 32;
    public const ulong WantedFeatures = VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors;
    protected const ulong RingsPlace = 0x100_0000;
    private const ulong RingBytes = 0x1_0000, BuffersPlace = 0x200_0000;
    private readonly Dictionary<(int Queue, ushort Head), Sent> _sent = [];
    private ulong _nextPlace = BuffersPlace;

    protected QemuDriver(QemuMachine machine, int queues)
    {
        Machine = machine;
        Device = new VirtioPci(new PciBus(machine.Qtest), Slot);
        Rings = new GuestRing[queues];
    }

    public QemuMachine Machine { get; }

    public VirtioPci Device { get; }

    public GuestRing[] Rings { get; }

    public bool IsIndirect { get; init; } = true;

    /// <summary>Routes the bus's interrupts to a line, as firmware does, and listens to it; the line.</summary>
    public int RouteInterrupts()
    {
        const int bridge = 1, routes = 0x60, line = 11;
        new PciBus(Machine.Qtest).Write(bridge, routes, line | (line << 8) | (line << 16) | (line << 24));
        Machine.Qtest.InterceptInterrupts();
        return line;
    }

    /// <summary>Writes 0 to the status, and waits until the device says so, as a driver must.</summary>
    public void Reset()
    {
        Device.Status = 0;
        Assert.Equal(0, Device.Status);
        _sent.Clear();
    }

    /// <summary>A place in memory; never given twice.</summary>
    public ulong Allocate(int bytes)
    {
        var place = _nextPlace;
        _nextPlace += ((ulong)bytes + 63) / 64 * 64;
        Assert.True(_nextPlace <= QemuMachine.MemoryBytes, "the test needs more guest memory than there is");
        return place;
    }

    /// <summary>One readable and one writable buffer, either possibly absent; notifies.</summary>
    public Sent Offer(int queue, ReadOnlySpan<byte> readable, int writable)
    {
        var buffers = new List<GuestBuffer>();
        if (readable.Length > 0)
        {
            buffers.Add(new(Allocate(readable.Length), readable.Length, false));
            Machine.Qtest.Write(buffers[0].Address, readable);
        }

        var answer = Allocate(writable);
        if (writable > 0) buffers.Add(new(answer, writable, true));
        var sent = new Sent(this, queue, answer);
        _sent[(queue, Rings[queue].Add(IsIndirect, [.. buffers]))] = sent;
        Device.Notify(queue);
        return sent;
    }

    /// <summary>From reset to rings that run.</summary>
    /// <param name="size">Entries of each ring.</param>
    /// <param name="features">What to accept.</param>
    /// <param name="setQueue">Tells the device of a ring; by default the truth.</param>
    /// <param name="rings">Where the rings lie.</param>
    protected void BeginRings(
        int size = RingSize, ulong features = WantedFeatures, Action<int, GuestRing>? setQueue = null, ulong rings = RingsPlace)
    {
        Reset();
        Device.Status = VirtioPci.Acknowledge;
        Device.Status |= VirtioPci.Driver;
        Device.ChooseFeatures(features);
        for (var i = 0; i < Rings.Length; i++)
        {
            Rings[i] = new GuestRing(Machine.Qtest, rings + ((ulong)i * RingBytes), size);
            (setQueue ?? SetQueue)(i, Rings[i]);
        }

        Device.Status |= VirtioPci.DriverOk;
    }

    /// <summary>Tells the device where a ring lies.</summary>
    public void SetQueue(int index, GuestRing ring) => Device.SetQueue(index, ring.Size, ring.Descriptors, ring.Available, ring.Used);

    private void Reap(int queue)
    {
        while (Rings[queue].TryReap(out var head, out var written))
        {
            if (_sent.Remove((queue, head), out var sent)) sent.Return(written);
        }
    }

    /// <summary>A chain that the guest made available, and what came back.</summary>
    internal sealed class Sent(QemuDriver driver, int queue, ulong writable)
    {
        private int? _used;

        /// <summary>Whether it has come back already.</summary>
        public bool IsBack
        {
            get
            {
                driver.Reap(queue);
                return _used is not null;
            }
        }

        public byte[] Bytes
        {
            get
            {
                var isBack = SpinWait.SpinUntil(() => IsBack, QemuMachine.Patience);
                Assert.True(isBack, $"the chain of queue {queue} does not come back; QEMU says: {driver.Machine.Errors}");
                return _used is > 0 ? driver.Machine.Qtest.Read(writable, _used.Value) : [];
            }
        }

        public void Return(int used) => _used = used;
    }
}

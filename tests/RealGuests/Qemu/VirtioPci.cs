namespace CameraFabric.RealGuests.Tests.Qemu;

/// <summary>
/// A driver's view of one virtio device over PCI (virtio 1.2, 4.1): its capabilities are walked, and its registers read and written
/// as wide as they are.
/// </summary>
internal sealed class VirtioPci
{
    public const byte Acknowledge = 1, Driver = 2, DriverOk = 4, FeaturesOk = 8, NeedsReset = 64;

    /// <summary>Bits of the interrupt status.</summary>
    public const byte QueueInterrupt = 1, ConfigInterrupt = 2;

    private const int Command = 0x04, CapabilityPointer = 0x34, InterruptLine = 0x3c;
    private const uint MemoryAndMaster = 0x6;
    private const byte VendorCapability = 0x09;
    private const byte CommonType = 1, NotifyType = 2, StatusType = 3, DeviceType = 4, SharedMemoryType = 8;
    private readonly QtestClient _qtest;
    private readonly Dictionary<byte, ulong> _places = [];
    private readonly uint _notifyMultiplier;

    public VirtioPci(PciBus bus, int slot)
    {
        _qtest = bus.Qtest;
        var bars = bus.AssignBars(slot);
        bus.Write(slot, Command, MemoryAndMaster);
        Line = bus.ReadByte(slot, InterruptLine);
        Id = (bus.Read(slot, 0) >> 16) - 0x1040;
        for (int at = bus.ReadByte(slot, CapabilityPointer); at != 0; at = bus.ReadByte(slot, at + 1))
        {
            if (bus.ReadByte(slot, at) != VendorCapability) continue;
            var type = bus.ReadByte(slot, at + 3);
            var place = bars[bus.ReadByte(slot, at + 4)] + bus.Read(slot, at + 8);
            if (type == NotifyType) _notifyMultiplier = bus.Read(slot, at + 16);
            if (type == SharedMemoryType)
            {
                var length = bus.Read(slot, at + 12) | ((ulong)bus.Read(slot, at + 20) << 32);
                SharedMemory[bus.ReadByte(slot, at + 5)] = (place + ((ulong)bus.Read(slot, at + 16) << 32), length);
            }
            else
            {
                _places.TryAdd(type, place);
            }
        }
    }

    /// <summary>The virtio device type.</summary>
    public uint Id { get; }

    /// <summary>The interrupt line that firmware would have written down; 0 before anybody has.</summary>
    public byte Line { get; }

    /// <summary>Shared memory regions by their ids.</summary>
    public Dictionary<byte, (ulong Address, ulong Length)> SharedMemory { get; } = [];

    public byte Status
    {
        get => (byte)Common(20, 1);
        set => Common(20, 1, value);
    }

    public int QueueCount => (int)Common(18, 2);

    public ulong DeviceFeatures
    {
        get
        {
            Common(0, 4, 0);
            var low = Common(4, 4);
            Common(0, 4, 1);
            return low | (Common(4, 4) << 32);
        }
    }

    /// <summary>Chooses features; whether the device took them is in <see cref="Status"/>.</summary>
    public void ChooseFeatures(ulong features)
    {
        Common(8, 4, 0);
        Common(12, 4, (uint)features);
        Common(8, 4, 1);
        Common(12, 4, features >> 32);
        Status |= FeaturesOk;
    }

    /// <summary>The largest size of a queue.</summary>
    public int QueueSize(int queue)
    {
        Select(queue);
        return (int)Common(24, 2);
    }

    /// <summary>Where a queue lies, and how large it is.</summary>
    public void SetQueue(int queue, int size, ulong descriptors, ulong available, ulong used)
    {
        Select(queue);
        Common(24, 2, (ulong)size);
        SetAddress(32, descriptors);
        SetAddress(40, available);
        SetAddress(48, used);
        Common(28, 2, 1);
    }

    /// <summary>Resets one queue alone (VIRTIO_F_RING_RESET).</summary>
    public void ResetQueue(int queue)
    {
        Select(queue);
        Common(58, 2, 1);
    }

    public void Notify(int queue)
    {
        Select(queue);
        _qtest.WriteRegister(_places[NotifyType] + (Common(30, 2) * _notifyMultiplier), 2, (ulong)queue);
    }

    /// <summary>Reads the interrupt status, which acknowledges it.</summary>
    public byte TakeInterrupt() => (byte)_qtest.ReadRegister(_places[StatusType], 1);

    /// <summary>Reads the device's configuration space in one access.</summary>
    public ulong Config(int offset, int bytes) => _qtest.ReadRegister(_places[DeviceType] + (ulong)offset, bytes);

    public void SetConfig(int offset, int bytes, ulong value) => _qtest.WriteRegister(_places[DeviceType] + (ulong)offset, bytes, value);

    /// <summary>Reads the device's configuration space in accesses of so many bytes.</summary>
    public byte[] ReadConfig(int length, int width = 1) =>
        [.. Enumerable.Range(0, length / width).SelectMany(i => BitConverter.GetBytes(Config(i * width, width)).Take(width))];

    private void Select(int queue) => Common(22, 2, (ulong)queue);

    private void SetAddress(int register, ulong address)
    {
        Common(register, 4, (uint)address);
        Common(register + 4, 4, address >> 32);
    }

    private ulong Common(int register, int bytes) => _qtest.ReadRegister(_places[CommonType] + (ulong)register, bytes);

    private void Common(int register, int bytes, ulong value) =>
        _qtest.WriteRegister(_places[CommonType] + (ulong)register, bytes, value);
}

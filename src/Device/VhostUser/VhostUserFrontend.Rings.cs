using System.Runtime.InteropServices;
using CameraFabric.Device.GuestMemory;
using CameraFabric.Device.Virtqueues;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

public sealed partial class VhostUserFrontend
{
    /// <summary>SET_MEM_TABLE: replaces the guest's whole memory.</summary>
    /// <param name="regions">1 to 8 regions.</param>
    /// <param name="files">A descriptor for each; they stay the caller's.</param>
    public void SetMemTable(ReadOnlySpan<MemoryRegion> regions, ReadOnlySpan<FileDescriptor> files)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(regions.Length, VhostUserWire.MemoryTableRegions);
        Span<byte> payload = stackalloc byte[MemoryTableHeader.Bytes + (regions.Length * WireRegion.Bytes)];
        MemoryMarshal.Write(payload, new MemoryTableHeader((uint)regions.Length, 0));
        for (var i = 0; i < regions.Length; i++)
        {
            MemoryMarshal.Write(payload[(MemoryTableHeader.Bytes + (i * WireRegion.Bytes))..], ToWire(regions[i]));
        }

        Tell(FrontendRequest.SetMemTable, payload, files);
    }

    /// <summary>GET_MAX_MEM_SLOTS: how many regions the back-end takes.</summary>
    public int GetMaxMemSlots() => checked((int)AskWord(FrontendRequest.GetMaxMemSlots));

    /// <summary>ADD_MEM_REG: adds one region; the descriptor stays the caller's.</summary>
    public void AddMemReg(in MemoryRegion region, FileDescriptor file) => TellRegion(FrontendRequest.AddMemReg, region, [file]);

    /// <summary>REM_MEM_REG: removes one region.</summary>
    public void RemMemReg(in MemoryRegion region) => TellRegion(FrontendRequest.RemMemReg, region, []);

    /// <summary>SET_VRING_NUM: a ring's size.</summary>
    public void SetVringNum(int index, int size) => TellState(FrontendRequest.SetVringNum, index, (uint)size);

    /// <summary>SET_VRING_ADDR: a ring's areas, in the front-end's addresses.</summary>
    /// <param name="index">Which ring.</param>
    /// <param name="addresses">Where its areas are.</param>
    /// <param name="log">The log address; of no meaning as long as logging is not negotiated (some front-ends send all ones).</param>
    public void SetVringAddr(int index, in RingAddresses addresses, ulong log = 0)
    {
        Span<byte> payload = stackalloc byte[VringAddress.Bytes];
        MemoryMarshal.Write(payload, new VringAddress((uint)index, 0, addresses.Descriptors, addresses.Used, addresses.Available, log));
        Tell(FrontendRequest.SetVringAddr, payload, []);
    }

    /// <summary>SET_VRING_BASE: the available index from which the back-end begins.</summary>
    public void SetVringBase(int index, ushort value) => TellState(FrontendRequest.SetVringBase, index, value);

    /// <summary>GET_VRING_BASE: stops a ring, and says where it would go on.</summary>
    public ushort GetVringBase(int index)
    {
        Span<byte> payload = stackalloc byte[VringState.Bytes];
        MemoryMarshal.Write(payload, new VringState((uint)index, 0));
        var answer = Ask(FrontendRequest.GetVringBase, payload);
        if (answer.Length != VringState.Bytes)
        {
            throw new VhostUserException($"GET_VRING_BASE was answered with {answer.Length} bytes; it must be {VringState.Bytes}");
        }
        var state = MemoryMarshal.Read<VringState>(answer);
        return state.Index == (uint)index && state.Value <= ushort.MaxValue
            ? (ushort)state.Value
            : throw new VhostUserException($"GET_VRING_BASE of queue {index} was answered with queue {state.Index}, index {state.Value}");
    }

    /// <summary>SET_VRING_KICK: starts a ring.</summary>
    /// <param name="index">Which ring.</param>
    /// <param name="kick">What the driver's kicks will signal; null if there is none. It stays the caller's.</param>
    public void SetVringKick(int index, FileDescriptor? kick) => TellSignal(FrontendRequest.SetVringKick, index, kick);

    /// <summary>SET_VRING_CALL: what the device's calls shall signal; null if there is none.</summary>
    public void SetVringCall(int index, FileDescriptor? call) => TellSignal(FrontendRequest.SetVringCall, index, call);

    /// <summary>SET_VRING_ERR: what the failure of a ring shall signal; null if there is none.</summary>
    public void SetVringErr(int index, FileDescriptor? error) => TellSignal(FrontendRequest.SetVringErr, index, error);

    /// <summary>SET_VRING_ENABLE.</summary>
    public void SetVringEnable(int index, bool isEnabled) => TellState(FrontendRequest.SetVringEnable, index, isEnabled ? 1u : 0);

    /// <summary>VRING_KICK: an in-band kick, which also starts the ring.</summary>
    public void VringKick(int index) => TellState(FrontendRequest.VringKick, index, 0);

    private void TellState(FrontendRequest request, int index, uint value)
    {
        Span<byte> payload = stackalloc byte[VringState.Bytes];
        MemoryMarshal.Write(payload, new VringState((uint)index, value));
        Tell(request, payload, []);
    }

    private void TellSignal(FrontendRequest request, int index, FileDescriptor? signal)
    {
        Span<byte> payload = stackalloc byte[sizeof(ulong)];
        MemoryMarshal.Write(payload, (ulong)(uint)index | (signal is null ? VhostUserWire.VringNoDescriptorFlag : 0));
        Tell(request, payload, signal is null ? [] : [signal]);
    }

    private void TellRegion(FrontendRequest request, in MemoryRegion region, ReadOnlySpan<FileDescriptor> files)
    {
        Span<byte> payload = stackalloc byte[SingleRegion.Bytes];
        MemoryMarshal.Write(payload, new SingleRegion(0, ToWire(region)));
        Tell(request, payload, files);
    }

    private static WireRegion ToWire(in MemoryRegion region) =>
        new(region.GuestAddress, region.Size, region.FrontendAddress, region.MappingOffset);
}

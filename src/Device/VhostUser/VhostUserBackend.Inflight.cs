using System.Runtime.InteropServices;
using CameraFabric.Platform;

namespace CameraFabric.Device.VhostUser;

public sealed partial class VhostUserBackend
{
    private InflightMemory? _inflight;
    private bool _toldSavedState;

    private void GetInflight(ReadOnlySpan<byte> payload)
    {
        var wire = ParseInflight("GET_INFLIGHT_FD", payload);
        try
        {
            using var file = InflightMemory.CreateFile(wire.Queues, wire.QueueSize, _device.SavedStateBytes);

            // As many bytes as the question: some front-ends round the structure up to a multiple of 8, and want that back.
            Span<byte> answer = stackalloc byte[WireInflight.PaddedBytes];
            answer.Clear();
            MemoryMarshal.Write(answer, wire with { Size = (ulong)file.Size, Offset = 0 });
            Answer(FrontendRequest.GetInflightFd, answer[..payload.Length], [file.Descriptor]);
        }
        catch (LinuxException e)
        {
            throw new VhostUserViolation($"GET_INFLIGHT_FD: no memory can be made: {e.Message}", inner: e);
        }
    }

    private void SetInflight(ReadOnlySpan<byte> payload)
    {
        var wire = ParseInflight("SET_INFLIGHT_FD", payload);
        if (_channel.Descriptors.Count != 1) throw new VhostUserViolation("SET_INFLIGHT_FD came without a descriptor; it must have one");
        foreach (var ring in _rings) RefuseWhileRunning("SET_INFLIGHT_FD", ring);
        using var file = _channel.Descriptors.Take();
        var memory = InflightMemory.Map(wire, file, _device.SavedStateBytes, _options.MemoryLimits.Guard, Lost);
        var previous = _inflight;
        Volatile.Write(ref _inflight, memory);
        previous?.Dispose();
        _toldSavedState = false;
    }

    private WireInflight ParseInflight(string message, ReadOnlySpan<byte> payload)
    {
        if (!Has(ProtocolFeatures.InflightMemory))
        {
            throw new VhostUserViolation($"{message} came, but INFLIGHT_SHMFD is not negotiated");
        }

        var wire = Parse<WireInflight>(payload);
        var largest = Math.Min(_device.MaximumQueueSize, _options.MaximumQueueSize);
        if (wire.Queues != _rings.Length || wire.QueueSize == 0 || wire.QueueSize > largest)
        {
            throw new VhostUserViolation(
                $"{message} is for {wire.Queues} queues of {wire.QueueSize} entries; {_rings.Length} queues of 1 to {largest} are right");
        }

        return wire;
    }

    /// <summary>Tells the device of its bytes, before the first queue touches the memory.</summary>
    private void TellSavedState()
    {
        if (_toldSavedState || _inflight is not { Saved: { } saved } memory) return;
        _toldSavedState = true;
        var isFresh = memory.IsFresh;
        if (isFresh) saved.Clear();
        _device.SavedStateAttached(saved, isFresh);
    }

    /// <summary>
    /// The connection has ended, and the driver shall go on with the next: its rings and what is kept stay exactly as if the process had
    /// been killed, so that there is one way to recover. What the device would still give back or save is not heard any more.
    /// </summary>
    private void FreezeForRecovery()
    {
        if (_inflight is null) return;
        _inflight.Saved?.End();
        foreach (var ring in _rings) StopQueue(ring);
    }
}

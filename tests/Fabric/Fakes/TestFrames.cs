using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.Fakes;

/// <summary>Frames as a capture thread would publish them, each with its one lease.</summary>
internal sealed class TestFrames(int slots = 8) : IDisposable
{
    private ulong _sequence;

    public FramePool Pool { get; } = new("test", RequestBench.FrameBytes, slots);

    public ulong LastSequence => _sequence;

    public ulong Skip() => ++_sequence;

    public Frame? TryMake(ulong set = 0, uint generation = 1, long complete = 0, params ReadOnlySpan<ControlEntry> applied)
    {
        if (Pool.TryRent() is not { } slot) return null;
        slot.Pixels.Fill((byte)++_sequence);
        applied.CopyTo(slot.Applied);
        ref var header = ref slot.Header;
        header.Sequence = _sequence;
        header.ControlSet = set;
        header.ConfigurationGeneration = generation;
        header.BytesUsed = RequestBench.FrameBytes;
        header.FourCC = RequestBench.Stream.Format.Value;
        header.Width = RequestBench.Width;
        header.Height = RequestBench.Height;
        header.Complete = complete;
        header.AppliedCount = (uint)applied.Length;
        return slot.Publish();
    }

    public Frame Make(ulong set = 0, uint generation = 1, params ReadOnlySpan<ControlEntry> applied) =>
        TryMake(set, generation, 0, applied) ?? throw new InvalidOperationException("no slot is free");

    public void Dispose() => Pool.Dispose();
}

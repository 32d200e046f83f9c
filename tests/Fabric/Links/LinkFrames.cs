using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Frames;

namespace CameraFabric.Fabric.Tests.Links;

/// <summary>A home's frames: every byte of one follows from its number.</summary>
internal sealed class LinkFrames(int slots = 8, bool isSealed = true, int width = 64, int height = 32) : IDisposable
{
    public const uint Generation = 7;
    public const uint Epoch = 3;

    private ulong _last;

    public FramePool Pool { get; } = new("home", width * height * 3 / 2, slots, isSealed);

    /// <summary>The next frame, with its one lease; null when every slot is held.</summary>
    public Frame? TryMake(ulong set = 0, int controls = 3)
    {
        if (Pool.TryRent() is not { } slot) return null;
        var sequence = ++_last;
        Fill(slot.Pixels, sequence);
        for (var i = 0; i < controls; i++) slot.Applied[i] = new ControlEntry((uint)i + 1, ControlValue.From((long)sequence + i));
        slot.Header = new FrameHeader
        {
            Sequence = sequence,
            StartOfExposure = (long)sequence * 1000,
            Complete = (long)sequence * 1000 + 500,
            ControlSet = set,
            FourCC = PixelFormats.Nv12.FourCC.Value,
            Width = (uint)width,
            Height = (uint)height,
            BytesUsed = (uint)Pool.FrameBytes,
            Checksum = (uint)sequence * 31,
            Flags = (uint)FrameFlags.Checksummed,
            ConfigurationGeneration = Generation,
            AppliedCount = (uint)controls,
            DroppedBefore = (uint)sequence % 3,
            Epoch = Epoch,
        };
        return slot.Publish();
    }

    public Frame Make(ulong set = 0, int controls = 3) => TryMake(set, controls) ?? throw new InvalidOperationException("no slot is free");

    public static void Fill(Span<byte> pixels, ulong sequence)
    {
        var state = (uint)sequence * 2654435761 + 1;
        foreach (ref var pixel in pixels) pixel = (byte)((state = state * 1664525 + 1013904223) >> 24);
    }

    public void Dispose() => Pool.Dispose();
}
